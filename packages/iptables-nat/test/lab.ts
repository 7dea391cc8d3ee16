import { CommandError } from '@dovesnap/command';
import { openNamespace, type TestNamespace } from '@dovesnap/testkit';

/** A router with two networks behind it and a server in front; the server knows only its own link. */
export interface Lab {
  readonly router: TestNamespace;
  /** 10.9.0.2 and fd00:9::2 behind lab0. */
  readonly client: TestNamespace;
  /** 10.8.0.2 and fd00:8::2 behind lab1. */
  readonly second: TestNamespace;
  /** 192.0.2.2, 192.0.2.3 and 2001:db8::2 behind up0. */
  readonly server: TestNamespace;
  close(): Promise<void>;
}

/** Makes the four namespaces. One end of a veth pair stands for each bridge: to the router it is an interface. */
export async function openLab(): Promise<Lab> {
  const spaces = await Promise.all([1, 2, 3, 4].map(() => openNamespace()));
  const [router, client, second, server] = spaces as [
    TestNamespace,
    TestNamespace,
    TestNamespace,
    TestNamespace,
  ];
  // Without duplicate address detection the addresses that the kernel makes can be used at once, too.
  const accept = ['all', 'default'].map((conf) => `net.ipv6.conf.${conf}.accept_dad=0`);
  await Promise.all(spaces.map((space) => space.run('sysctl', ['-q', '-w', ...accept])));
  await router.run('sysctl', [
    '-q',
    '-w',
    'net.ipv4.ip_forward=1',
    'net.ipv6.conf.all.forwarding=1',
  ]);
  await connect(router, client, 'lab0', '10.9.0', 'fd00:9:', true);
  await connect(router, second, 'lab1', '10.8.0', 'fd00:8:', true);
  await connect(router, server, 'up0', '192.0.2', '2001:db8:', false);
  await batch(server, ['address add 192.0.2.3/24 dev eth0']);
  return {
    router,
    client,
    second,
    server,
    close: async () => {
      await Promise.all(spaces.map((space) => space.close()));
    },
  };
}

async function connect(
  router: TestNamespace,
  space: TestNamespace,
  link: string,
  four: string,
  six: string,
  gateway: boolean,
): Promise<void> {
  await batch(router, [
    `link add ${link} type veth peer name far`,
    `link set far name eth0 netns /proc/${space.pid}/ns/net`,
    `link set ${link} up`,
    `address add ${four}.1/24 dev ${link}`,
    `address add ${six}:1/64 dev ${link} nodad`,
  ]);
  await batch(space, [
    'link set eth0 up',
    `address add ${four}.2/24 dev eth0`,
    `address add ${six}:2/64 dev eth0 nodad`,
    ...(gateway ? [`route add 0.0.0.0/0 via ${four}.1`, `route add ::/0 via ${six}:1`] : []),
  ]);
}

/** Runs lines of `ip -batch` in a namespace. */
export async function batch(space: TestNamespace, lines: readonly string[]): Promise<void> {
  await space.run('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n` });
}

/** Whether one ping is answered within a second. */
export async function reaches(space: TestNamespace, address: string): Promise<boolean> {
  try {
    await space.run('busybox', ['ping', '-c', '1', '-W', '1', address]);
    return true;
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === 1) return false;
    throw error;
  }
}

/** All rules and policies that are not LAB's, without counters. */
export async function rulesOfOthers(
  router: TestNamespace,
  backend: string,
): Promise<readonly string[]> {
  const texts = await Promise.all(
    ['iptables', 'ip6tables'].map((name) => router.run(`${name}-${backend}-save`, [])),
  );
  return texts
    .flatMap(({ stdout }) => stdout.split('\n'))
    .filter((line) => !/LAB-|^#|^$/.test(line))
    .map((line) => line.replace(/ \[\d+:\d+\]$/, ''));
}
