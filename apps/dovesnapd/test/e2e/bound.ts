import { addPeer, type Host, type Peer, until } from '@dovesnap/testkit';
import { expect } from 'vitest';
import { statusOf } from './other-ports.ts';

/** A LAN behind an interface of the host that has a bit of everything. */
export async function openLan(host: Host, name: string, net: string): Promise<Peer> {
  const lan = await addPeer(host, { name, address: `${net}.0.50/24` });
  const link = `to-${name}`;
  // A network card fills checksums in before frames reach the host; one end of a veth does not.
  await lan.run('ethtool', ['-K', 'eth0', 'tx', 'off']);
  await lan.run('ip', ['address', 'add', 'fd61::50/64', 'dev', 'eth0', 'nodad']);
  const lines = [
    `link set ${link} mtu 1400`,
    `address add ${net}.0.2/24 broadcast ${net}.0.255 dev ${link}`,
    `address add ${net}.0.3/24 dev ${link}`,
    `address add ${net}.1.2/24 dev ${link} valid_lft 7000 preferred_lft 3500`,
    `address add ${net}.2.2/24 dev ${link} noprefixroute`,
    `address add fd61::2/64 dev ${link} nodad`,
    `route add default via ${net}.0.1 dev ${link} proto dhcp src ${net}.0.2 metric 100`,
    `route add default via ${net}.0.9 dev ${link} proto static metric 200`,
    `route add 10.62.0.0/24 via ${net}.0.1 dev ${link}`,
    `route add 10.63.0.0/24 via 192.0.2.1 dev ${link} onlink mtu 1300`,
    `route add 10.64.0.0/24 via ${net}.0.1 dev ${link} table 100`,
    `route add fd99::/64 via fd61::1 dev ${link} metric 77`,
    `route add default via fe80::1 dev ${link} proto static metric 300`,
  ];
  await host.run('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n` });
  return lan;
}

/** Addresses and routes of a link as `ip -json` shows them, without the names of links and what counts down. */
export interface Belongings {
  readonly addresses: readonly unknown[];
  readonly routes: readonly unknown[];
}

/** What a link has, link-local addresses and what the kernel makes with addresses aside. */
export async function belongingsOf(host: Host, link: string): Promise<Belongings> {
  const [shown] = await ipJson(host, 'address', 'show', 'dev', link);
  const found = (shown?.addr_info ?? []) as Record<string, unknown>[];
  const addresses = found
    .filter((item) => item.scope !== 'link')
    .map(({ label, valid_life_time, preferred_life_time, ...item }) => ({
      ...item,
      valid: roughly(valid_life_time),
      preferred: roughly(preferred_life_time),
    }));
  const routes: unknown[] = [];
  for (const family of ['-4', '-6']) {
    const all = await ipJson(host, family, 'route', 'show', 'table', 'all', 'dev', link);
    const made = all.filter(({ dst, type, table }) => {
      return !String(dst).startsWith('fe80:') && type === undefined && table !== 'local';
    });
    routes.push(...made.map((route) => ({ family, ...route })));
  }
  return {
    addresses,
    routes: routes.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
  };
}

/** To the hour. */
function roughly(seconds: unknown): number {
  return Math.ceil(Number(seconds) / 3600);
}

async function ipJson(host: Host, ...args: readonly string[]): Promise<Record<string, unknown>[]> {
  const { stdout } = await host.run('ip', ['-json', ...args]);
  return JSON.parse(stdout.trim() || '[]') as Record<string, unknown>[];
}

/** A link's MAC. */
export async function macOf(host: Host, link: string): Promise<string> {
  return String((await ipJson(host, 'link', 'show', 'dev', link))[0]?.address);
}

/** Name of a network's bridge. */
export async function bridgeOf(host: Host, network: string): Promise<string> {
  return ((await statusOf(host, network)) as unknown as { BridgeName: string }).BridgeName;
}

/** Resolves when a link has these addresses and routes, and no others: they come one after another. */
export async function untilHas(host: Host, link: string, wanted: Belongings): Promise<void> {
  const hasThem = async (): Promise<boolean> => {
    expect(await belongingsOf(host, link)).toEqual(wanted);
    return true;
  };
  await until(hasThem, { what: `that ${link} has what it is to have`, interval: 50 });
}

/** Resolves when a network's bridge has addresses that a link had, the link has none, and nothing is said against it. */
export async function untilBound(host: Host, network: string, link: string): Promise<void> {
  await until(
    async () => {
      const { addresses } = await belongingsOf(host, link);
      const { Notes } = await statusOf(host, network);
      if (addresses.length > 0) throw new Error(`${link} still has addresses: ${Notes.join('; ')}`);
      if (Notes.some((note) => note.includes('is not bound'))) throw new Error(Notes.join('; '));
      return (await belongingsOf(host, await bridgeOf(host, network))).addresses.length > 0;
    },
    { what: `that ${link} is bound to ${network}`, interval: 50 },
  );
}

/** Waits for a network's note that has these words; answers it. */
export async function noteOf(host: Host, network: string, words: string): Promise<string> {
  return until(
    async () => (await statusOf(host, network)).Notes.find((note) => note.includes(words)),
    { what: `that ${network} says "${words}"`, interval: 50 },
  );
}
