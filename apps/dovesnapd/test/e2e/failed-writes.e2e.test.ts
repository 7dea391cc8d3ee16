import { rename, writeFile } from 'node:fs/promises';
import { editText, setInterface } from '@dovesnap/faucet-config';
import { type Host, patient, until } from '@dovesnap/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { complaintOf } from './complaint.ts';
import { failProgram } from './failing-program.ts';
import { recordedEndpoints, statusEndpoints, untilPortsRest } from './fleet.ts';
import { addressOf, createNetwork, openLab, startContainer } from './lab.ts';
import { networkStatus, untilState } from './network-status.ts';
import { operatorConfig, rules } from './operator-config.ts';
import { reaches } from './reaches.ts';
import { untilFailing, untilReady } from './readiness.ts';

const operator = operatorConfig({ 'allow-all': [rules.allow], 'deny-all': [rules.deny] });
const labelled = ['--label', 'dovesnap.faucet.portacl=allow-all'];
/** Where the folder of faucet.yaml can be written while the daemon cannot. */
const backDoor = '/run/faucet-config';

let host: Host;
let peer: string;

beforeAll(async () => {
  // What is said at once is said long before this is over, also on a busy machine.
  const daemon = { args: ['--attach_timeout', '30'] };
  host = await openLab('writes', { faucetConfig: operator, daemon });
  await createNetwork(host, 'lan');
  await startContainer(host, 'peer', 'lan');
  await startContainer(host, 'talker', 'lan');
  peer = await addressOf(host, 'peer', 'lan');
  const enough = async () => (await networkStatus(host, 'lan'))?.FreePorts === 6;
  await until(enough, { what: 'six free ports beside those of the two' });
  await host.run('mkdir', [backDoor]);
  await host.run('mount', ['--bind', '/etc/faucet', backDoor]);
  await host.run('mount', ['--bind', '/etc/faucet', '/etc/faucet']);
});

afterAll(async () => {
  await host?.close();
});

describe.each([
  {
    how: 'is on a file system that is read-only',
    away: () => remount('ro'),
    back: () => remount('rw'),
    why: /faucet\.yaml cannot be written: EROFS/,
  },
  {
    how: 'is on a disk that is full',
    away: fillDisk,
    back: () => host.run('rm', ['-f', '/etc/faucet/filler']),
    why: /faucet\.yaml cannot be written: no space left on the device/,
  },
])('a faucet.yaml that $how', ({ away, back, why }) => {
  beforeAll(async () => {
    await untilReady(host);
    await away();
  });

  afterAll(async () => {
    await back();
    await host.docker('network', 'rm', 'late');
  });

  afterEach(async () => {
    const names = (await host.docker('ps', '--all', '--format', '{{.Names}}')).split('\n');
    const mine = names.filter((name) => !['peer', 'talker', ''].includes(name));
    if (mine.length > 0) await host.docker('rm', '--force', ...mine);
  });

  test('fails an attach that needs an edit at once, and nothing of it is left', async () => {
    const started = performance.now();
    expect(await complaintOf(startContainer(host, 'bad', 'lan', labelled))).toMatch(why);
    expect(performance.now() - started).toBeLessThan(15_000);
    const left = (await statusEndpoints(host, 'lan')).map(({ container }) => container);
    expect(left).toEqual(['peer', 'talker']);
    expect(await recordedEndpoints(host)).toHaveLength(2);
  });

  test('lets an attach work that needs no edit', async () => {
    await startContainer(host, 'plain', 'lan');
    expect(await reaches(host, 'plain', peer)).toBe(true);
  });

  test('fails attaches to a network that cannot be written to it', async () => {
    await createNetwork(host, 'late');
    // The pool of the other network may have something to write, too.
    const failing = await untilFailing(host, /datapath/, 'late');
    expect(failing).toMatchObject([{ network: 'late', reason: expect.stringMatching(why) }]);
    expect((await networkStatus(host, 'late'))?.Notes.join()).toMatch(why);
    const started = performance.now();
    expect(await complaintOf(startContainer(host, 'bad', 'late'))).toMatch(why);
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(await statusEndpoints(host, 'late')).toEqual([]);
  });

  test('lets an attach work as soon as it can be written again, without any other event', async () => {
    await back();
    const started = performance.now();
    await startContainer(host, 'first', 'late');
    await startContainer(host, 'second', 'late');
    expect(performance.now() - started).toBeLessThan(25_000);
    for (const name of ['first', 'second']) await untilState(host, 'late', name, 'open');
    const second = await addressOf(host, 'second', 'late');
    expect(await reaches(host, 'first', second)).toBe(true);
    await untilReady(host);
    const isSaid = async () => why.test((await networkStatus(host, 'late'))?.Notes.join() ?? '');
    await until(async () => !(await isSaid()), { what: 'that nothing is said of it' });
  });
});

describe('a port that is closed because its interface was changed', () => {
  test('says why it cannot be put back, and opens by itself when it can', async () => {
    await makeReadOnly();
    const shown = await statusEndpoints(host, 'lan');
    const port = shown.find(({ container }) => container === 'talker')?.ofPort ?? 0;
    const text = await host.faucet.readConfig();
    const target = host.path(`${backDoor}/faucet.yaml`);
    await writeFile(
      `${target}.new`,
      editText(text, [setInterface('lan', port, { nativeVlan: 7 })]),
    );
    await rename(`${target}.new`, target);
    await until(
      async () => (await untilState(host, 'lan', 'talker', 'pending')).Reason.includes('EROFS'),
      { what: 'the first cause among the reasons' },
    );
    expect(await reaches(host, 'talker', peer)).toBe(false);
    await untilFailing(host, /datapath/);

    await remount('rw');
    await untilState(host, 'lan', 'talker', 'open');
    await until(() => reaches(host, 'talker', peer), { what: 'a reply to the talker' });
    await untilReady(host);
  });
});

test('a network that is removed leaves faucet.yaml whole as soon as it can be written', async () => {
  const options = { 'ovs.bridge.vlan': '130', 'ovs.bridge.vlan_out_acl': 'allow-all' };
  await createNetwork(host, 'out', options);
  const isOut = async () => /acls?_out/.test(await host.faucet.readConfig());
  await until(isOut, { what: 'the ACL on the output of the VLAN' });
  const isReady = async () => ((await networkStatus(host, 'out'))?.FreePorts ?? 0) > 0;
  await until(isReady, { what: 'a free port of the network' });
  const since = host.daemon.logs.entries.length;
  await makeReadOnly();
  await host.docker('network', 'rm', 'out');
  await untilFailing(host, /remove the datapath in faucet.yaml of network out/);
  await untilFailing(host, /remove the ACL on the output of the VLAN of network out/);
  await remount('rw');
  await untilReady(host);
  const said = host.daemon.logs.entries.slice(since).map(({ msg }) => String(msg));
  // Each once, however often it was tried.
  expect(said.filter((msg) => msg.startsWith('could not remove'))).toHaveLength(2);
  expect(await host.faucet.readConfig()).not.toMatch(/\bout\b|acls?_out/);
});

test('a daemon that tries something again stops at once when it is told to', async () => {
  await makeReadOnly();
  await createNetwork(host, 'late');
  // By then it pauses for seconds.
  const isOld = async () => {
    const [failing] = await untilFailing(host, /datapath/);
    return Date.now() - Date.parse(failing?.since ?? '') > 4000;
  };
  await until(isOld, { what: 'several tries' });
  const started = performance.now();
  expect(await host.daemon.stop()).toMatchObject({ code: 0 });
  expect(performance.now() - started).toBeLessThan(patient(1500));
  await remount('rw');
  await host.daemon.start();
  await untilReady(host);
  await host.docker('network', 'rm', 'late');
});

describe('links that cannot be changed', () => {
  /** Every `ip` fails from now on: the next one, and the one that the daemon keeps, where there is one. */
  const away = async (): Promise<() => Promise<void>> => {
    const back = await failProgram(host, '/bin/ip');
    await host.run('sh', ['-c', 'pkill --full "^ip -force -batch" || true']);
    return back;
  };

  test('are left by a container that goes, and its port comes back when they can', async () => {
    await startContainer(host, 'short', 'lan');
    await untilPortsRest(host, 'lan');
    const ports = (await networkStatus(host, 'lan'))?.FreePorts ?? 0;
    const back = await away();
    try {
      await host.docker('rm', '--force', 'short');
      await untilFailing(host, /close port/);
      const left = (await statusEndpoints(host, 'lan')).map(({ container }) => container);
      expect(left).toEqual(['peer', 'talker']);
    } finally {
      await back();
    }
    await untilReady(host);
    const isBack = async () => (await networkStatus(host, 'lan'))?.FreePorts === ports + 1;
    await until(isBack, { what: 'the port of the container that went' });
  });

  test('of a network that is removed go as soon as they can', async () => {
    await createNetwork(host, 'gone');
    await until(async () => ((await networkStatus(host, 'gone'))?.FreePorts ?? 0) > 0, {
      what: 'a free port',
    });
    const links = async (): Promise<number> => {
      const { stdout } = await host.run('ls', ['/sys/class/net']);
      return stdout.split('\n').filter((name) => name.startsWith('ods')).length;
    };
    const others = (await host.ovs.vsctl('list-br')).trim().split('\n').length;
    const before = await links();
    const back = await away();
    try {
      await host.docker('network', 'rm', 'gone');
      await untilFailing(host, /remove the links of network gone/);
    } finally {
      await back();
    }
    await untilReady(host);
    expect(await links()).toBeLessThan(before);
    expect((await host.ovs.vsctl('list-br')).trim().split('\n')).toHaveLength(others - 1);
  });
});

function remount(how: 'ro' | 'rw') {
  return host.run('mount', ['-o', `remount,${how},bind`, '/etc/faucet']);
}

/** Keeps the daemon from writing faucet.yaml until it may again, or the test has ended. */
async function makeReadOnly(): Promise<void> {
  onTestFinished(async () => void (await remount('rw')));
  await remount('ro');
}

/** Leaves no room for another copy of the file. */
async function fillDisk(): Promise<void> {
  await host.run('mount', ['-o', 'remount,size=512k', backDoor]);
  const fill = ['dd', 'if=/dev/zero', 'of=/etc/faucet/filler', 'bs=4k', 'count=1000'];
  await host.run('sh', ['-c', '"$@" 2>/dev/null || true', 'sh', ...fill]);
}
