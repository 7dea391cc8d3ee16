import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  addPeer,
  type Host,
  type HostProcess,
  openHost,
  type Peer,
  until,
} from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { environmentName } from '../../src/flags-table.ts';
import { addressOf, startContainer } from './lab.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Flags with a value that is not the default, all of which show in what the daemon does. */
const flags = {
  debug: 'true',
  faucet_config: '/run/operator/faucet.yaml',
  gauge_config: '/run/own-gauge.yaml',
  faucet_metrics: 'localhost:9302',
  faucet_pidfile: '/run/faucet.pid',
  default_ofcontrollers: 'tcp:127.0.0.1',
  attach_timeout: '0.5',
  status_port: '9555',
  status_auth_ips: '203.0.113.0/24',
  plugin_socket: '/run/docker/plugins/other.sock',
  docker_socket: 'unix:///run/docker.sock',
  ovsdb: 'tcp:127.0.0.1:6640',
};
const given = Object.entries(flags);

let host: Host;
let reader: Peer;

beforeAll(async () => {
  host = await openHost({ name: 'flags' });
});

afterAll(async () => {
  await host?.close();
});

describe('a machine where nothing runs, and a user who may do nothing', () => {
  const run = (...args: readonly string[]) =>
    host.run('setpriv', [
      '--bounding-set=-all',
      '--inh-caps=-all',
      process.execPath,
      main,
      ...args,
    ]);

  test('gets the help and the version', async () => {
    expect((await run('--help')).stdout).toContain('--faucet_metrics HOST:PORT');
    expect((await run('-version')).stdout).toMatch(/^dovesnapd \d+\.\d+\.\d+\n$/);
  });

  test('is told of a flag that is unknown and of a value that cannot be', async () => {
    await expect(run('--fauct_config=x')).rejects.toMatchObject({
      exitCode: 1,
      stderr: 'dovesnapd: flag "--fauct_config" is unknown: did you mean --faucet_config?\n',
    });
    await expect(run('-status_port', '0')).rejects.toMatchObject({
      exitCode: 1,
      stderr: 'dovesnapd: flag --status_port cannot be "0": accepted is a port from 1 to 65535\n',
    });
  });
});

describe('every flag is heeded', () => {
  beforeAll(async () => {
    await Promise.all([host.startOvs(), host.startDocker(), host.startFaucet()]);
    reader = await addPeer(host, {
      name: 'reader',
      address: '203.0.113.1/24',
      hostAddress: '203.0.113.2/24',
    });
    await host.ovs.vsctl('set-manager', 'ptcp:6640:127.0.0.1');
    await host.run('ln', ['-s', '/etc/faucet', '/run/operator']);
    const listeners = (await host.run('ss', ['-Hltnp', 'sport = :9302'])).stdout;
    await writeFile(host.path('/run/faucet.pid'), /pid=(\d+)/.exec(listeners)?.[1] ?? '');
  });

  test.each<[string, readonly string[], Readonly<Record<string, string>>]>([
    ['two-dashes', given.map(([name, value]) => `--${name}=${value}`), {}],
    ['one-dash', given.flatMap(([name, value]) => [`-${name}`, value]), {}],
    [
      'environment',
      [],
      Object.fromEntries(given.map(([name, value]) => [environmentName(name), value])),
    ],
  ])('given with %s', async (name, args, env) => {
    await host.run('rm', ['-f', flags.gauge_config]);
    const daemon = await host.spawn(process.execPath, [main, ...args], env);
    await daemon.output.waitFor(({ text }) => text.includes('dovesnapd listens'));
    onTestFinished(async () => void (await daemon.stop()));
    await expectHeeded(daemon, name);
  });
});

/** Looks like a Faucet that may be told to reload, and says when it is. */
const decoyScript = `
import os, signal, sys
signal.signal(signal.SIGHUP, lambda *_: print('told to reload', flush=True))
with open(sys.argv[1], 'w') as file:
    file.write(str(os.getpid()))
print('ready', flush=True)
while True:
    signal.pause()
`;

import { reaches } from './reaches.ts';

describe('flags that show in nothing that the others do', () => {
  const pidfile = '/run/decoy.pid';
  const own = {
    trace: 'true',
    status_host: '203.0.113.2',
    status_port: '9556',
    status_auth_ips: '203.0.113.0/24',
    faucet_pidfile: pidfile,
  };
  let daemon: HostProcess;
  let decoy: HostProcess;

  beforeAll(async () => {
    await host.run('mkdir', ['-p', '/run/decoy']);
    await writeFile(host.path('/run/decoy/faucet'), decoyScript);
    decoy = await host.spawn('python3', ['/run/decoy/faucet', pidfile]);
    await decoy.output.waitFor(({ text }) => text === 'ready');
    const args = Object.entries(own).map(([name, value]) => `--${name}=${value}`);
    daemon = await host.spawn(process.execPath, [main, ...args]);
    await daemon.output.waitFor(({ text }) => text.includes('dovesnapd listens'));
  });

  afterAll(async () => {
    await daemon?.stop();
    await decoy?.stop();
  });

  test('--status_host: it listens on that address and on no other', async () => {
    const { stdout } = await host.run('ss', ['-Hltn', `sport = :${own.status_port}`]);
    expect(stdout.trim().split('\n')).toEqual([expect.stringContaining('203.0.113.2:9556')]);
    const url = `http://203.0.113.2:${own.status_port}/healthz`;
    expect((await reader.run('busybox', ['wget', '-q', '-O', '-', url])).stdout).toBe(
      '{"ok":true}\n',
    );
  });

  test('--faucet_pidfile: the process in it is told to reload, not who listens on the metrics port', async () => {
    await host.docker('network', 'create', '-d', 'dovesnap', 'signalled');
    await decoy.output.waitFor(({ text }) => text === 'told to reload');
  });

  test('--trace: the log has what Docker asks and is answered', async () => {
    for (const what of ['com.docker.network', 'Docker is answered']) {
      const parts = ['"level":"trace"', '"call":"CreateNetwork"', what];
      await daemon.output.waitFor(({ text }) => parts.every((part) => text.includes(part)));
    }
    await host.docker('network', 'rm', 'signalled');
  });
});

async function expectHeeded(daemon: HostProcess, name: string): Promise<void> {
  await host.docker('network', 'create', '-d', 'other', name);
  const [one, two] = [`${name}-1`, `${name}-2`];
  for (const container of [one, two]) await startContainer(host, container, name);
  // An attach may wait for half a second, which is less than a busy Faucet needs.
  const address = await addressOf(host, two, name);
  await until(() => reaches(host, one, address), { what: 'a reply' });
  expect(await host.faucet.readConfig()).toContain(`"${name}":`);
  expect(await readFile(host.path(flags.gauge_config), 'utf8')).toContain('faucet_configs');
  expect(daemon.output.entries.some(({ text }) => text.includes('"level":"debug"'))).toBe(true);
  const [bridge = ''] = (await host.ovs.vsctl('list-br')).split('\n');
  expect(await host.ovs.vsctl('get-controller', bridge)).toBe('tcp:127.0.0.1:6653\n');
  await expectStatus();
  await expectPendingSoon(name);
  await host.docker('rm', '--force', one, two, `${name}-3`);
  await host.docker('network', 'rm', name);
}

/** The status is for the peer alone, on all addresses, at its port. */
async function expectStatus(): Promise<void> {
  const url = `http://203.0.113.2:${flags.status_port}/networks`;
  const { stdout } = await reader.run('busybox', ['wget', '-q', '-O', '-', url]);
  expect(stdout).toContain('"NetworkName"');
  const answer = await host.http(`http://127.0.0.1:${flags.status_port}/networks`);
  expect(answer.status).toBe(403);
}

/** An attach that Faucet has to be told of waits half a second for one that is away, and not five. */
async function expectPendingSoon(network: string): Promise<void> {
  await host.faucet.kill();
  const label = '--label=dovesnap.faucet.portacl=allow-all';
  const started = performance.now();
  await startContainer(host, `${network}-3`, network, [label]);
  expect(performance.now() - started).toBeLessThan(4500);
  expect(await status(network)).toContain('"State":"pending"');
  await host.faucet.start();
  const { stdout } = await host.run('ss', ['-Hltnp', 'sport = :9302']);
  await writeFile(host.path(flags.faucet_pidfile), /pid=(\d+)/.exec(stdout)?.[1] ?? '');
}

async function status(network: string): Promise<string> {
  const url = `http://203.0.113.2:${flags.status_port}/networks`;
  const { stdout } = await reader.run('busybox', ['wget', '-q', '-O', '-', url]);
  expect(stdout).toContain(`"NetworkName":"${network}"`);
  return stdout;
}
