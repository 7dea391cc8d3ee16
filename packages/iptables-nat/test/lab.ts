import { type Child, CommandError, spawn } from '@dovesnap/command';
import { openNamespace, type TestNamespace } from '@dovesnap/testkit';

/** A router with two networks behind it and a server in front; the server knows only its own link. */
export interface Lab {
  readonly router: TestNamespace;
  /** 10.9.0.2 and fd00:9::2 behind lab0; 10.7.0.2 and fd00:7::2 behind lab2, all else there by way of the router. */
  readonly client: TestNamespace;
  /** 10.8.0.2 and fd00:8::2 behind lab1; 10.7.0.3 and fd00:7::3 behind lab2, all else there by way of the router. */
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
  await share(router, [client, second]);
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

/** Puts the spaces on one bridge, lab2, with addresses of their own and a route to each other through the router. */
async function share(router: TestNamespace, spaces: readonly TestNamespace[]): Promise<void> {
  await batch(router, [
    'link add lab2 type bridge',
    'link set lab2 up',
    'address add 10.7.0.1/24 dev lab2',
    'address add fd00:7::1/64 dev lab2 nodad',
  ]);
  for (const [index, space] of spaces.entries()) {
    await batch(router, [
      `link add port${index} type veth peer name far`,
      `link set far name eth1 netns /proc/${space.pid}/ns/net`,
      `link set port${index} master lab2 up`,
    ]);
    await batch(space, [
      'link set eth1 up',
      `address add 10.7.0.${index + 2}/32 dev eth1`,
      `address add fd00:7::${index + 2}/128 dev eth1 nodad`,
      'route add 10.7.0.0/24 via 10.7.0.1 dev eth1 onlink',
      'route add fd00:7::/64 via fd00:7::1 dev eth1 onlink',
    ]);
  }
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

/** Those of the addresses that answer one ping within a second. */
export async function reachedOf(
  space: TestNamespace,
  ...addresses: readonly string[]
): Promise<readonly string[]> {
  const answers = await Promise.all(addresses.map((address) => reaches(space, address)));
  return addresses.filter((_, index) => answers[index]);
}

/** Starts a web server on port 80 of a namespace; resolves when it can be asked. */
export async function serveHttp(space: TestNamespace): Promise<Child> {
  const source = `require('node:http').createServer((_, answer) => answer.end('hello'))
    .listen(80, () => console.log('ready'))`;
  const enter = [`--net=${space.path}`, '--', process.execPath, '-e', source];
  const web = spawn('nsenter', enter);
  for await (const { text } of web.lines) if (text === 'ready') break;
  return web;
}

const connectSource = `const [host, port] = process.argv.slice(1);
require('node:net').connect({ host, port, timeout: 1000 }).on('connect', () => process.exit(0))
  .on('timeout', () => process.exit(3)).on('error', (error) => { throw error; });`;

/** Whether a TCP connection is made within a second. */
export async function connects(
  space: TestNamespace,
  address: string,
  port: number,
): Promise<boolean> {
  try {
    await space.run(process.execPath, ['-e', connectSource, address, String(port)]);
    return true;
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === 3) return false;
    throw error;
  }
}

/** What dockerd does when it starts or makes a network: its own jump to the front, its chains new. */
export const dockerFirst =
  '*filter\n:DOCKER - [0:0]\n-D FORWARD -j DOCKER-USER\n-I FORWARD 1 -j DOCKER-USER\nCOMMIT\n';

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
