#!/usr/bin/env node
import { dockerCleanup } from './adapters/docker.ts';
import { removeNetworks } from './services/networks/remove-networks.ts';

const usage = `Usage: cleanup_dovesnap

Ends every container on a network of dovesnap, and removes these networks. dovesnapd has to run: what it made on the
host goes with them. Docker is where DOCKER_HOST says.
`;

/** Takes no arguments, as the Go driver's command of this name took none. */
async function main(args: readonly string[]): Promise<number> {
  if (args.length > 0) {
    const isHelp = args.some((word) => /^(-h|--?help)$/.test(word));
    process[isHelp ? 'stdout' : 'stderr'].write(usage);
    return isHelp ? 0 : 2;
  }
  const isClean = await removeNetworks(dockerCleanup('dovesnap'), (line) => {
    process.stdout.write(`${line}\n`);
  });
  return isClean ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`cleanup_dovesnap: ${(error as Error).message}\n`);
    process.exitCode = 1;
  },
);
