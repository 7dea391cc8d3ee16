import { CommandError, type Run, type RunOptions } from '@dovesnap/command';
import { expect, test } from 'vitest';
import {
  addAddress,
  addRoute,
  addVeth,
  type Change,
  netns,
  removeAddress,
  removeLink,
  sealLink,
  setLink,
  setOffload,
  unsealLink,
} from '../src/index.ts';

interface Call {
  readonly argv: readonly string[];
  readonly options: RunOptions;
}

/** What nft lists while one link is sealed, cut to what is read. */
const sealedNow = '{"nftables": [{"chain": {"name": "seal_a"}}]}';

/** Plays programs: each call is answered by the next text for standard error, `undefined` for success. */
function scripted(...answers: readonly (string | undefined)[]): { run: Run; calls: Call[] } {
  const calls: Call[] = [];
  const run: Run = async (file, args, options = {}) => {
    const argv = [file, ...args];
    const stderr = answers[calls.length];
    calls.push({ argv, options });
    if (stderr === undefined) return { stdout: args.includes('list') ? sealedNow : '', stderr: '' };
    throw new CommandError('EXIT', stderr, { argv, exitCode: 1, stderr });
  };
  return { run, calls };
}

const batchOf = async (...changes: readonly Change[]): Promise<readonly string[]> => {
  const { run, calls } = scripted();
  await netns(undefined, { run }).apply(changes);
  expect(calls.map(({ argv }) => argv.join(' '))).toEqual(['ip -batch -']);
  return String(calls[0]?.options.input).trim().split('\n');
};

test('sets what an attach needs on both ends with one program', async () => {
  expect(
    await batchOf(
      setLink('c1', { mac: '2:0:0:0:0:1', mtu: 1400, addressGeneration: 'none' }),
      setLink('h1', { up: true }),
    ),
  ).toEqual([
    'link set dev c1 address 02:00:00:00:00:01 mtu 1400 addrgenmode none',
    'link set dev h1 up',
  ]);
});

test('writes each change as one line of ip -batch', async () => {
  expect(
    await batchOf(
      addVeth('a', 'b', { mtu: 1400, peerMac: '02:00:00:00:00:02' }),
      setLink('a', { name: 'c', alias: "web's port", netns: { pid: 42 }, up: false }),
      setLink('b', { netns: netns({ path: '/run/netns/lab' }) }),
      addAddress('a', 'FD00::0:1/64', { nodad: true }),
      addRoute({ destination: 'default', via: 'fd00::2', table: 100, metric: 5 }),
      addRoute({ destination: '10.5.0.0/24', via: 'fd00::2', link: 'a', source: '10.9.0.1' }),
    ),
  ).toEqual([
    'link add name a mtu 1400 type veth peer name b address 02:00:00:00:00:02 mtu 1400',
    `link set dev a name c alias "web's port" down netns "/proc/42/ns/net"`,
    'link set dev b netns "/run/netns/lab"',
    'address add fd00::1/64 dev a nodad',
    'route add ::/0 via fd00::2 table 100 metric 5',
    'route add 10.5.0.0/24 via inet6 fd00::2 dev a src 10.9.0.1',
  ]);
});

test('writes what addresses and routes have besides themselves', async () => {
  expect(
    await batchOf(
      addAddress('a', '10.9.0.2/24', {
        broadcast: '10.9.0.255',
        label: 'a:x',
        scope: 'link',
        metric: 5,
        validLifetime: 60,
        preferredLifetime: 30,
        noPrefixRoute: true,
      }),
      addAddress('a', '10.8.0.2/32', { peer: '10.8.0.9' }),
      removeAddress('a', '10.8.0.2/32', { peer: '10.8.0.9' }),
      addRoute(
        {
          destination: '10.5.0.0/24',
          via: '10.9.0.1',
          protocol: 'dhcp',
          scope: 'global',
          mtu: 1300,
        },
        { append: true },
      ),
      addRoute({ destination: 'fd00::/64', link: 'a', expires: 9, scope: 'link', onlink: true }),
    ),
  ).toEqual([
    'address add 10.9.0.2/24 dev a broadcast 10.9.0.255 label "a:x" scope link metric 5 valid_lft 60 preferred_lft 30 noprefixroute',
    'address add 10.8.0.2 peer 10.8.0.9/32 dev a',
    'address del 10.8.0.2 peer 10.8.0.9/32 dev a',
    'route append 10.5.0.0/24 via 10.9.0.1 proto dhcp scope global mtu 1300',
    'route add fd00::/64 dev a expires 9 onlink',
  ]);
  await expect(
    batchOf(addRoute({ destination: '10.5.0.0/24', link: 'a', protocol: 'x y' })),
  ).rejects.toMatchObject({ code: 'BAD_VALUE' });
});

test('keeps the order of changes that need different programs', async () => {
  const { run, calls } = scripted();
  await netns({ pid: 7 }, { run }).apply([
    addVeth('a', 'b'),
    sealLink('a'),
    sealLink('b.1'),
    setOffload('a', { tx: false }),
    setLink('a', { up: true }),
  ]);
  const enter = 'nsenter --net=/proc/7/ns/net --';
  expect(calls.map(({ argv }) => argv.join(' '))).toEqual([
    `${enter} ip -batch -`,
    `${enter} sysctl -q -p -`,
    `${enter} nft -f -`,
    `${enter} ethtool -K a tx off`,
    `${enter} ip -batch -`,
  ]);
  expect(calls[1]?.options.input).toContain('net/ipv4/conf/b.1/rp_filter=1\n');
  expect(calls[2]?.options.input).toContain(
    'hook ingress device "b.1" priority -500; policy drop;',
  );
});

test('writes the settings of our own namespace without a program', async () => {
  const { run, calls } = scripted();
  const written: string[] = [];
  const writeSetting = async (setting: string, value: string): Promise<void> => {
    written.push(`${setting}=${value}`);
  };
  await netns(undefined, { run, writeSetting }).apply([sealLink('b.1')]);
  expect(written).toEqual([
    'net/ipv4/conf/b.1/rp_filter=1',
    'net/ipv4/conf/b.1/arp_ignore=8',
    'net/ipv6/conf/b.1/disable_ipv6=1',
  ]);
  expect(calls.map(({ argv }) => argv.join(' '))).toEqual(['nft -f -']);
});

test('removes the table of the seals with the last one and not before', async () => {
  const ran: string[] = [];
  let listed = sealedNow;
  const run: Run = async (file, args) => {
    ran.push([file, ...args].join(' '));
    return { stdout: args.includes('list') ? listed : '', stderr: '' };
  };
  const host = netns(undefined, { run, writeSetting: async () => undefined });
  await host.apply([sealLink('a'), sealLink('b')]);
  await host.apply([unsealLink('b')]);
  expect(ran).toEqual(['nft -f -', 'nft -f -']);
  ran.length = 0;
  await host.apply([unsealLink('a')]);
  const list = 'nft -j list table netdev dovesnap';
  expect(ran).toEqual(['nft -f -', list]);
  ran.length = 0;
  listed = '{"nftables": [{"table": {"name": "dovesnap"}}]}';
  await host.apply([unsealLink('a')]);
  expect(ran).toEqual(['nft -f -', list, 'nft delete table netdev dovesnap']);
});

test('runs nothing for no changes', async () => {
  const { run, calls } = scripted();
  await netns(undefined, { run }).apply([]);
  expect(calls).toEqual([]);
});

test('checks every value before the first program runs', async () => {
  const { run, calls } = scripted();
  const bad: Change[] = [
    setLink('a b', { up: true }),
    setLink('a', {}),
    setLink('a', { mtu: 1.5 }),
    setLink('a', { mac: '01:00:00:00:00:01' }),
    setLink('a', { alias: 'x" up' }),
    setLink('a', { alias: 'x\nlink del dev eth0' }),
    setLink('a', { netns: { path: '/run/netns/a"b' } }),
    addAddress('a', '10.0.0.1/33'),
    addAddress('a', '10.0.0/24'),
    addAddress('a', 'fe80::1%eth0/64'),
    addAddress('a', '10.0.0.1/24', { scope: 'host\nlink del dev eth0' as 'host' }),
    setLink('a', { addressGeneration: 'none\nlink del dev eth0' as 'none' }),
    addRoute({ destination: '10.0.0.0/8', via: 'here' }),
  ];
  for (const change of bad) {
    await expect(
      netns(undefined, { run }).apply([addVeth('a', 'b'), change]),
    ).rejects.toMatchObject({ name: 'NetnsError', code: 'BAD_VALUE', change });
  }
  expect(calls).toEqual([]);
});

test('removes everything it can in one program and names the first removal that failed', async () => {
  const stderr =
    'Cannot find device "a"\nCommand failed -:1\nRTNETLINK answers: Operation not supported\nCommand failed -:3\n';
  const { run, calls } = scripted(stderr);
  await expect(
    netns(undefined, { run }).apply([removeLink('a'), removeLink('b'), removeLink('lo')]),
  ).rejects.toMatchObject({ code: 'COMMAND', change: removeLink('lo') });
  expect(calls.map(({ argv }) => argv.join(' '))).toEqual(['ip -force -batch -']);
});

test.each([
  ['RTNETLINK answers: Operation not permitted\nCommand failed -:1\n', 'NOT_PERMITTED'],
  ['RTNETLINK answers: Device or resource busy\nCommand failed -:1\n', 'BUSY'],
  ["nsenter: reassociate to namespace 'ns/net' failed: Operation not permitted\n", 'NOT_PERMITTED'],
  ['nsenter: failed to execute ip: No such file or directory\n', 'NOT_INSTALLED'],
  ['something new\nCommand failed -:1\n', 'COMMAND'],
])('understands %j', async (stderr, code) => {
  const { run } = scripted(stderr);
  await expect(netns(undefined, { run }).apply([setLink('a', { up: true })])).rejects.toMatchObject(
    { code },
  );
});

test('gives the programs of one call what is left of its deadline', async () => {
  let clock = 1000;
  const deadlines: (number | undefined)[] = [];
  const run: Run = async (_file, _args, options) => {
    deadlines.push(options?.deadline);
    clock += 300;
    return { stdout: '', stderr: '' };
  };
  const controller = new AbortController();
  await netns({ pid: 7 }, { run, now: () => clock }).apply([sealLink('a')], {
    deadline: 500,
    signal: controller.signal,
  });
  expect(deadlines).toEqual([500, 200]);
});

test('passes on that time is up or the caller gave up', async () => {
  for (const code of ['TIMEOUT', 'ABORTED'] as const) {
    const run: Run = async (file) => {
      throw new CommandError(code, 'why', { argv: [file] });
    };
    await expect(netns(undefined, { run }).links()).rejects.toMatchObject({ code });
  }
});

test('seals without IPv6 in the kernel and without nft, but not a link that is not there', async () => {
  const noIpv6 =
    'sysctl: cannot stat /proc/sys/net/ipv6/conf/a/disable_ipv6: No such file or directory\n';
  const noFamily = 'Error: Could not process rule: Operation not supported\n';
  const sealed = scripted(noIpv6, noFamily);
  await netns({ pid: 7 }, { run: sealed.run }).apply([sealLink('a')]);
  expect(sealed.calls).toHaveLength(2);

  const gone =
    'sysctl: cannot stat /proc/sys/net/ipv4/conf/a/rp_filter: No such file or directory\n';
  const absent = scripted(gone);
  await expect(netns({ pid: 7 }, { run: absent.run }).apply([sealLink('a')])).rejects.toMatchObject(
    {
      code: 'LINK_NOT_FOUND',
      change: sealLink('a'),
    },
  );
  await netns({ pid: 7 }, { run: scripted(gone).run }).apply([unsealLink('a')]);
});

test('seals our own links without IPv6 in the kernel, but not one that is not there', async () => {
  const missing =
    (part: string) =>
    async (setting: string): Promise<void> => {
      if (setting.startsWith(part)) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
    };
  const host = (part: string) =>
    netns(undefined, { run: scripted().run, writeSetting: missing(part) });
  await host('net/ipv6/').apply([sealLink('a')]);
  await host('net/').apply([unsealLink('a')]);
  await expect(host('net/ipv4/').apply([sealLink('a')])).rejects.toMatchObject({
    code: 'LINK_NOT_FOUND',
    change: sealLink('a'),
  });
});
