import { addPeer, type Host, type LogLine, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statusEndpoints, untilPortsRest } from './fleet.ts';
import { addressOf, createNetwork, openLab, startContainer } from './lab.ts';
import { containerStatus, networkStatus, untilState } from './network-status.ts';
import { reaches } from './reaches.ts';

let host: Host;
let pid: string;
let hostLink: string;
let mac: string;

beforeAll(async () => {
  host = await openLab('touched', { daemon: { args: ['--mirror_bridge_out', 'to-tap'] } });
  await addPeer(host, { name: 'tap', address: '10.84.1.1/24' });
  await addPeer(host, { name: 'ext', address: '10.84.0.200/24' });
  const options = { 'ovs.bridge.add_ports': 'to-ext' };
  await createNetwork(host, 'lan', options, ['--subnet=10.84.0.0/24']);
  await startContainer(host, 'peer', 'lan');
  await startContainer(host, 'talker', 'lan');
  await learnTalker();
  await untilNotes([]);
});

afterAll(async () => {
  await host?.close();
});

/** A change that somebody makes to a link, the one that takes it back, and what is said in between. */
interface Touch {
  readonly touch: () => Promise<unknown>;
  readonly mend: () => Promise<unknown>;
  readonly note: string;
  /** The network whose note it is. Default `lan`. */
  readonly network?: string;
}

/** Expects a touch to be noted while it is so, and no longer, and to be in the log once. */
async function expectNoted(
  { touch, mend, note, network }: Touch,
  meanwhile?: () => Promise<unknown>,
): Promise<void> {
  const since = host.daemon.logs.entries.length;
  await touch();
  await untilNotes([note], network);
  await meanwhile?.();
  await mend();
  await untilNotes([], network);
  const sentence = note.replace('container talker', 'the container');
  await host.daemon.waitForLog(({ msg }) => msg === sentence, { since });
  const said = host.daemon.logs.entries.slice(since).filter(({ msg }) => msg === sentence);
  expect(said).toMatchObject([{ level: 'warn' }]);
}

/** Expects a touch to be noted as any, and its container to be shown as cut off meanwhile. */
async function expectCut(touch: Touch): Promise<void> {
  await expectNoted(touch, async () => {
    const { Reason } = await untilState(host, 'lan', 'talker', 'down');
    expect(Reason).toBe(`the ${touch.note.replace(' talker', '')}`);
  });
  await untilState(host, 'lan', 'talker', 'open');
  expect(await reaches(host, 'talker', await addressOf(host, 'peer', 'lan'))).toBe(true);
}

async function untilNotes(notes: readonly string[], network = 'lan'): Promise<void> {
  await until(
    async () => {
      const shown = (await networkStatus(host, network))?.Notes;
      if (JSON.stringify(shown) === JSON.stringify(notes)) return true;
      throw new Error(JSON.stringify(shown));
    },
    { what: `the notes ${JSON.stringify(notes)}`, interval: 50 },
  );
}

async function learnTalker(): Promise<void> {
  pid = await host.docker('inspect', '--format', '{{.State.Pid}}', 'talker');
  const found = await statusEndpoints(host, 'lan');
  hostLink = found.find(({ container }) => container === 'talker')?.hostLink ?? '';
  mac = (await containerStatus(host, 'lan', 'talker'))?.MacAddress ?? '';
  await untilName('eth0');
}

async function untilName(name: string): Promise<void> {
  const isIt = async () => (await containerStatus(host, 'lan', 'talker'))?.IfName === name;
  await until(isIt, { what: `the interface ${name}` });
}

/** The host's ends of the links that no container has. */
async function freeLinks(): Promise<readonly string[]> {
  const { stdout } = await ip('-oneline', 'link', 'show', 'type', 'veth');
  const all = [...stdout.matchAll(/^\d+: (ods\w+)@/gm)].map(([, name = '']) => name);
  const taken = (await statusEndpoints(host, 'lan')).map(({ hostLink: name }) => name);
  return all.filter((name) => !taken.includes(name));
}

const ip = (...args: readonly string[]) => host.run('ip', args);
const inside = (...args: readonly string[]) =>
  host.run('nsenter', [`--net=/proc/${pid}/ns/net`, '--', 'ip', ...args]);

describe('what happens to a container’s interface inside it', () => {
  test('is said when it is set down, also by a daemon that was started meanwhile', async () => {
    const note = 'container talker has taken eth0 down';
    await expectCut({
      touch: () => inside('link', 'set', 'eth0', 'down'),
      mend: () => inside('link', 'set', 'eth0', 'up'),
      note,
    });
    await inside('link', 'set', 'eth0', 'down');
    await host.daemon.stop();
    await host.daemon.start();
    await untilNotes([note]);
    await inside('link', 'set', 'eth0', 'up');
    await untilNotes([]);
  });

  test('is followed when it gets another name, which is its own affair', async () => {
    await inside('link', 'set', 'eth0', 'name', 'lan7');
    await untilName('lan7');
    expect((await networkStatus(host, 'lan'))?.Notes).toEqual([]);
    await inside('link', 'set', 'lan7', 'name', 'eth0');
    await untilName('eth0');
  });

  test('is said when it gets another MAC, with the port open', async () => {
    const other = '02:00:00:00:00:77';
    const touch = {
      touch: () => inside('link', 'set', 'eth0', 'address', other),
      mend: () => inside('link', 'set', 'eth0', 'address', mac),
      note: `container talker has given eth0 the MAC ${other} instead of ${mac}`,
    };
    await expectNoted(touch, () => untilState(host, 'lan', 'talker', 'open'));
  });

  test('is said when it goes to another namespace', async () => {
    await ip('netns', 'add', 'other');
    await expectCut({
      touch: () => inside('link', 'set', 'eth0', 'netns', '/run/netns/other'),
      mend: async () => {
        await ip('-netns', 'other', 'link', 'set', 'eth0', 'netns', pid);
        const address = await addressOf(host, 'talker', 'lan');
        await inside('address', 'add', `${address}/24`, 'dev', 'eth0');
        await inside('link', 'set', 'eth0', 'up');
      },
      note: 'container talker has lost eth0: it is in another network namespace',
    });
  });

  test('is said when it is deleted, until the container is started again', async () => {
    await expectCut({
      touch: () => inside('link', 'delete', 'eth0'),
      mend: () => host.docker('restart', '--time', '0', 'talker'),
      note: 'container talker has lost eth0: the link was deleted; start the container again to get another',
    });
    await learnTalker();
  });
});

describe('what happens to the host’s end of a container’s link', () => {
  test('is said when it is set down', async () => {
    await expectCut({
      touch: () => ip('link', 'set', hostLink, 'down'),
      mend: () => ip('link', 'set', hostLink, 'up'),
      note: `container talker is cut off: ${hostLink}, the host's end of its link, is down`,
    });
  });

  test('is said when it is deleted', async () => {
    await expectCut({
      touch: () => ip('link', 'delete', hostLink),
      mend: () => host.docker('restart', '--time', '0', 'talker'),
      note: 'container talker has lost eth0: the link was deleted; start the container again to get another',
    });
    await learnTalker();
  });

  test('of a free port is replaced before a container gets it', async () => {
    await untilPortsRest(host, 'lan');
    const before = await freeLinks();
    for (const name of before) await ip('link', 'delete', name);
    const areBack = async () => {
      const now = await freeLinks();
      return now.length === before.length && !now.some((name) => before.includes(name));
    };
    await until(areBack, { what: 'other links for the free ports' });
    await untilPortsRest(host, 'lan');
    const peer = await addressOf(host, 'peer', 'lan');
    await startContainer(host, 'next', 'lan');
    expect(await reaches(host, 'next', peer)).toBe(true);
    await host.docker('rm', '--force', 'next');
    await untilNotes([]);
  });
});

describe('what happens to a host interface that a network has taken', () => {
  const note = (what: string) => `port to-ext: ${what}`;

  test('is said when it is set down', async () => {
    await expectNoted({
      touch: () => ip('link', 'set', 'to-ext', 'down'),
      mend: () => ip('link', 'set', 'to-ext', 'up'),
      note: note('it is down'),
    });
  });

  test('is said when it has no carrier', async () => {
    await expectNoted({
      touch: () => ip('-netns', 'ext', 'link', 'set', 'eth0', 'down'),
      mend: () => ip('-netns', 'ext', 'link', 'set', 'eth0', 'up'),
      note: note('it has no carrier'),
    });
  });

  test('is said when it gets another name', async () => {
    await expectNoted({
      touch: () => ip('link', 'set', 'to-ext', 'name', 'elsewhere'),
      mend: () => ip('link', 'set', 'elsewhere', 'name', 'to-ext'),
      note: note('this host no longer has an interface of that name'),
    });
  });

  test('is said when a bridge of the kernel takes it', async () => {
    await ip('link', 'add', 'br9', 'type', 'bridge');
    await expectNoted({
      touch: () => ip('link', 'set', 'to-ext', 'master', 'br9'),
      mend: () => ip('link', 'set', 'to-ext', 'nomaster'),
      note: note('it is on bridge br9 too'),
    });
  });

  test('is said when another bridge of Open vSwitch takes it', async () => {
    const since = host.daemon.logs.entries.length;
    const bridge = (await networkStatus(host, 'lan'))?.BridgeName;
    await host.ovs.vsctl('add-br', 'ovs9', '--', 'set', 'Bridge', 'ovs9', 'datapath_type=netdev');
    await host.ovs.vsctl('del-port', 'to-ext', '--', 'add-port', 'ovs9', 'to-ext');
    await untilNotes([`Port to-ext is wanted on bridge ${bridge}, but is on ovs9`]);
    await host.ovs.vsctl('del-br', 'ovs9');
    await untilNotes([]);
    const isIt = ({ msg }: LogLine) => /^could not repair the network: Port to-ext/.test(`${msg}`);
    await host.daemon.waitForLog(isIt, { since });
    expect(host.daemon.logs.entries.slice(since).filter(isIt)).toHaveLength(1);
  });

  test('is said when it is deleted, until it is back', async () => {
    await expectNoted({
      touch: () => ip('link', 'delete', 'to-ext'),
      mend: async () => {
        await ip('netns', 'delete', 'ext');
        await addPeer(host, { name: 'ext', address: '10.84.0.200/24' });
      },
      note: note('this host no longer has an interface of that name'),
    });
    await until(() => reaches(host, 'talker', '10.84.0.200'), { what: 'the machine behind it' });
  });
});

test('what happens to a bound interface is said', async () => {
  await addPeer(host, { name: 'wan', address: '10.85.0.200/24', hostAddress: '10.85.0.1/24' });
  const since = host.daemon.logs.entries.length;
  await createNetwork(host, 'wan', { 'ovs.bridge.bind_interface': 'to-wan' });
  await host.daemon.waitForLog(({ msg }) => msg === 'an interface is bound', { since });
  await untilNotes([], 'wan');
  await expectNoted({
    touch: () => ip('link', 'set', 'to-wan', 'down'),
    mend: () => ip('link', 'set', 'to-wan', 'up'),
    note: 'port to-wan: it is down',
    network: 'wan',
  });
});

test('what happens to the interface of the mirror is said', async () => {
  await expectNoted({
    touch: () => ip('link', 'set', 'to-tap', 'down'),
    mend: () => ip('link', 'set', 'to-tap', 'up'),
    note: 'nothing is mirrored: interface to-tap of --mirror_bridge_out: it is down',
  });
});
