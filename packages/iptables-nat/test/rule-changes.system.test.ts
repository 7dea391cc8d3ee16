import { spawn } from '@dovesnap/command';
import { until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureNat, type Firewall, openFirewall, planNat } from '../src/index.ts';
import { dockerFirst, type Lab, openLab, reachedOf } from './lab.ts';

const wanted = {
  owner: 'LAB',
  networks: [
    { bridge: 'lab0', subnets: ['10.9.0.0/24', 'fd00:9::/64'], masquerade: true },
    { bridge: 'lab1', subnets: ['10.8.0.0/24', 'fd00:8::/64'], masquerade: true },
  ],
};

/** What leads to Docker's chain for the administrator. */
const docker = '*filter\n:DOCKER-USER - [0:0]\n-A FORWARD -j DOCKER-USER\nCOMMIT\n';

/** A program, and what it reads. */
interface Loss {
  readonly argv: readonly [string, ...string[]];
  readonly input?: string;
}

const restore = (flags: readonly string[], ...lines: readonly string[]): Loss => ({
  argv: ['iptables-restore', ...flags],
  input: `${lines.join('\n')}\n`,
});

const losses: Readonly<Record<string, Loss>> = {
  'the filter table is flushed': { argv: ['iptables', '-F'] },
  'the nat table is flushed': { argv: ['iptables', '-t', 'nat', '-F'] },
  'the IPv6 filter table is flushed': { argv: ['ip6tables', '-F'] },
  'the IPv6 nat table is flushed': { argv: ['ip6tables', '-t', 'nat', '-F'] },
  'one rule is deleted': { argv: ['iptables', '-D', 'LAB-IN', '1'] },
  'a rule is put before ours': { argv: ['iptables', '-I', 'LAB-DROP', '1', '-j', 'ACCEPT'] },
  'a rule is put before our jump': { argv: ['iptables', '-I', 'FORWARD', '1', '-j', 'ACCEPT'] },
  'a jump is deleted': { argv: ['iptables', '-D', 'DOCKER-USER', '-j', 'LAB-FWD'] },
  'a jump of the nat table is deleted': {
    argv: ['iptables', '-t', 'nat', '-D', 'POSTROUTING', '1'],
  },
  'a chain is deleted': restore(
    ['--noflush'],
    ...['*filter', '-D FORWARD -j LAB-DROP', '-F LAB-FWD', '-F LAB-DROP', '-X LAB-DROP', 'COMMIT'],
  ),
  'Docker puts its jump first': { argv: ['iptables-restore', '--noflush'], input: dockerFirst },
  'a dump that knows nothing of us is restored': restore(
    [],
    ...['*filter', ':FORWARD ACCEPT [0:0]', 'COMMIT'],
    ...['*nat', ':POSTROUTING ACCEPT [0:0]', 'COMMIT'],
  ),
};

const cases = {
  nft: { ...losses, 'the whole ruleset is flushed': { argv: ['nft', 'flush', 'ruleset'] } },
  legacy: losses,
} as const;

describe.each(['nft', 'legacy'] as const)('with the %s backend', (backend) => {
  const stop = new AbortController();
  let lab: Lab;
  let firewall: Firewall;
  let keeping: Promise<void> | undefined;

  const here = (argv: readonly [string, ...string[]], input = ''): Promise<unknown> => {
    const [file, ...args] = argv;
    const name = file.replace(/^(ip6?tables)/, `$1-${backend}`);
    return lab.router.run(name, args, { input });
  };
  /** When something was missing last, as far as anybody looked; a look takes its time on a busy machine. */
  let missingAt = 0;
  const isWhole = async (): Promise<boolean> => {
    const lookedAt = performance.now();
    const plan = planNat(await firewall.read(wanted.owner), wanted);
    if (plan.families.length > 0) missingAt = lookedAt;
    return plan.families.length === 0;
  };
  const keep = async (): Promise<void> => {
    for await (const _ of firewall.changes({ signal: stop.signal })) {
      await ensureNat(firewall, wanted);
    }
  };

  beforeAll(async () => {
    lab = await openLab();
    firewall = await openFirewall({
      backend,
      run: lab.router.run,
      spawn: (file, args, options) =>
        spawn('nsenter', [`--net=${lab.router.path}`, '--', file, ...args], options),
    });
    keeping = keep();
  });

  afterAll(async () => {
    stop.abort();
    await keeping;
    await lab?.close();
  });

  test.each(Object.entries<Loss>(cases[backend]))(
    'networks are apart and have their way out within a second after %s',
    async (_, { argv, input }) => {
      await here(['iptables-restore', '--noflush'], docker);
      await until(isWhole, { what: 'the rules before the loss', interval: 10 });
      await here(argv, input);
      const lostAt = performance.now();
      await until(isWhole, { what: 'the rules after the loss', interval: 10 });
      expect(missingAt - lostAt).toBeLessThan(1000);
      const [fromFirst, fromSecond] = await Promise.all([
        reachedOf(lab.client, '10.8.0.2', 'fd00:8::2', '192.0.2.2', '2001:db8::2'),
        reachedOf(lab.second, '10.9.0.2', 'fd00:9::2', '192.0.2.2', '2001:db8::2'),
      ]);
      expect(fromFirst).toEqual(['192.0.2.2', '2001:db8::2']);
      expect(fromSecond).toEqual(['192.0.2.2', '2001:db8::2']);
    },
  );
});
