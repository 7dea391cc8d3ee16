import { requireLinkName } from './link-name.ts';
import type { Change } from './types.ts';

/** A change made with sysctl and nft. */
export type SealChange = Extract<Change, { kind: 'seal-link' | 'unseal-link' }>;

/** The nftables table, family netdev, that contains one chain for each sealed link and nothing else. */
export const sealTable = 'dovesnap';

/** One kernel setting: `net/ipv4/conf/eth0/rp_filter` and its value. */
export interface Setting {
  readonly change: SealChange;
  readonly name: string;
  readonly value: string;
}

/**
 * Returns the settings of seals. What the host receives on a sealed link is dropped because of its source (rp_filter,
 * RFC 3704 strict), not answered (arp_ignore 8: for no local address), or not processed (IPv6).
 */
export function sealSettings(changes: readonly SealChange[]): readonly Setting[] {
  return changes.flatMap((change) => {
    const link = requireLinkName(change.link);
    const sealed = change.kind === 'seal-link';
    return [
      { change, name: `net/ipv4/conf/${link}/rp_filter`, value: sealed ? '1' : '0' },
      { change, name: `net/ipv4/conf/${link}/arp_ignore`, value: sealed ? '8' : '0' },
      { change, name: `net/ipv6/conf/${link}/disable_ipv6`, value: sealed ? '1' : '0' },
    ];
  });
}

/** Formats the input of `sysctl -p -`. Names use slashes, so that a dot in a link's name stays a dot. */
export function formatSettings(settings: readonly Setting[]): string {
  return settings.map(({ name, value }) => `${name}=${value}\n`).join('');
}

/**
 * Formats the input of one `nft -f -`, which is one transaction. A chain is added, deleted and added again, for two
 * reasons: nft 1.0.6 cannot delete a chain only if it exists, and a chain loses its hook when its link is removed and
 * added again, on kernels before 6.16. The hook runs after packet sockets and before the IP stack, so a userspace
 * switch still gets its frames.
 */
export function sealRules(changes: readonly SealChange[]): string {
  const lines = changes.flatMap(({ kind, link }) => {
    const chain = `netdev ${sealTable} ${sealChain(requireLinkName(link))}`;
    const none = [`add chain ${chain}`, `delete chain ${chain}`];
    const hook = `type filter hook ingress device "${link}" priority -500; policy drop;`;
    return kind === 'seal-link' ? [...none, `add chain ${chain} { ${hook} }`] : none;
  });
  return [`add table netdev ${sealTable}`, ...lines].map((line) => `${line}\n`).join('');
}

/** Returns the chain name of a link. Characters that nft does not accept become `_` and two hexadecimal digits. */
export function sealChain(link: string): string {
  const toHex = (c: string): string => `_${c.charCodeAt(0).toString(16)}`;
  return `seal_${link.replaceAll(/[^A-Za-z0-9]/g, toHex)}`;
}

/** Returns the link that a chain of the seal table seals; undefined: it is no seal. */
export function linkOfSeal(chain: string): string | undefined {
  const fromHex = (_: string, hex: string): string => String.fromCharCode(Number.parseInt(hex, 16));
  return /^seal_(.*)$/.exec(chain)?.[1]?.replaceAll(/_([0-9a-f]{2})/g, fromHex);
}

/** Returns the links that `nft -j list table netdev dovesnap` shows as sealed. */
export function parseSeals(json: string): readonly string[] {
  const { nftables } = JSON.parse(json) as {
    readonly nftables: readonly { readonly chain?: { readonly name: string } }[];
  };
  return nftables.flatMap(({ chain }) => (chain && linkOfSeal(chain.name)) ?? []);
}
