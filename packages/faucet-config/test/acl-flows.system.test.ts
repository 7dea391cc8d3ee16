import { until } from '@dovesnap/testkit';
import { describe, expect, it } from 'vitest';
import { expectedAclFlows, parseFaucet } from '../src/index.ts';
import { type AclBed, aclBed } from './acl-bed.ts';

const acls = `acls:
  allow-all: [{rule: {actions: {allow: 1}}}]
  deny-all: [{rule: {actions: {allow: 0}}}]
  shapes:
    - rule: {eth_type: 0x800, ip_proto: 6, tcp_dst: 25, actions: {allow: 0}}
    - rule: {eth_type: 0x800, nw_proto: 17, ipv4_src: "10.0.0.5/24", ipv4_dst: "10.0.1.1", udp_src: 53, actions: {allow: 1}}
    - rule: {dl_type: 0x86dd, ip_proto: 58, icmpv6_type: 135, ipv6_src: "fd00::/64"}
    - rule: {eth_type: 0x86dd, actions: {allow: 1, output: {port: 2}}}
    - rule: {eth_type: 0x806, arp_op: 1, arp_tpa: "10.0.0.1", actions: {allow: true}}
    - rule: {eth_type: 0x88cc, actions: {allow: 0}}
    - rule: {eth_dst: "ff:ff:ff:ff:ff:ff", dl_src: "02:42:0a:00:00:02", actions: {output: {port: 2}}}
    - rule: {eth_type: "0x800", ip_proto: 47, actions: {allow: 2}}
    - rule: {in_port: 9, eth_type: 0x800, ip_proto: 1, icmpv4_type: 8, actions: {allow: 1, force_port_vlan: 1}}
    - rule: {vlan_vid: 300, actions: {allow: 0}}
    - rule: {cookie: 77, actions: {mirror: 9}}
  isolated:
    - rule: {vlan_vid: "0x1000/0x1000", actions: {allow: 0}}
    - rule: {eth_dst: "01:80:c2:00:00:00/ff:ff:ff:ff:ff:f0", actions: {allow: 0}}
    - rule: {eth_src: "01:00:00:00:00:00/01:00:00:00:00:00", actions: {allow: 0}}
    - rule: {eth_type: 0x800, actions: {meter: slow, mirror: 9, allow: 1, output: [{ports: [4294967294, 2]}, {set_fields: [{eth_dst: "01:80:c2:00:00:0f"}]}]}}
    - rule: {actions: {allow: 1, output: [{ports: [2]}, {vlan_vid: 100}, {ports: [4]}, {pop_vlans: 1}, {set_fields: [{eth_dst: "01:80:c2:00:00:0f"}]}]}}
  partial:
    - rule: {ipv4_src: "10.0.0.0/24", actions: {allow: 0}}
    - rule: {eth_type: 0x806, actions: {allow: 1}}
  exact:
    exact_match: true
    rules: [{eth_type: 0x800, actions: {allow: 1}}, {eth_type: 0x806, actions: {allow: 0}}]
  metered:
    - rule: {eth_type: 0x800, actions: {allow: 1, meter: slow}}
    - rule: {eth_type: 0x806, actions: {meter: slow}}
    - rule: {eth_type: 0x86dd, actions: {allow: 0, meter: slow, mirror: 9}}
  empty: [{rule: {}}]
meters:
  slow: {meter_id: 3, entry: {flags: KBPS, bands: [{type: DROP, rate: 1000}]}}
`;

const lists: Readonly<Record<number, readonly string[]>> = {
  1: ['allow-all'],
  2: ['deny-all'],
  3: ['shapes'],
  4: ['deny-all', 'allow-all'],
  5: ['exact'],
  6: [],
  7: ['empty', 'shapes'],
  8: ['isolated'],
  10: ['metered'],
};
const ports = Object.keys(lists).map(Number);

function config(changed: Readonly<Record<number, readonly string[]>> = {}): string {
  const lines = Object.entries({ ...lists, ...changed }).map(
    ([port, names]) =>
      `      ${port}: {native_vlan: 100, opstatus_reconf: false, acls_in: [${names.join(', ')}]}\n`,
  );
  return `${acls}dps:\n  net1:\n    dp_id: 1\n    interfaces:\n${lines.join('')}      9: {output_only: true}\n      4294967294: {native_vlan: 100, opstatus_reconf: false}\n`;
}

/** What the port must have, in terms of what the switch prints. */
function expected(
  names: readonly string[],
): { priority: number; verdict: string; match: unknown; actions?: unknown }[] {
  return expectedAclFlows(parseFaucet(config()), names).map((flow) => ({ ...flow }));
}

async function seen(bed: AclBed, port: number, names: readonly string[]): Promise<unknown[]> {
  const others = new Map(
    expected(names)
      .filter(({ verdict }) => verdict === 'other')
      .map((flow) => [JSON.stringify(flow.match), flow]),
  );
  return (await bed.flowsOf(port)).map(({ priority, match, actions }) => {
    const other = others.get(JSON.stringify(match));
    const verdict = actions === 'drop' ? 'deny' : actions === 'goto_table:1' ? 'allow' : 'other';
    if (other === undefined || actions === 'drop') return { priority, match, verdict };
    return {
      priority,
      match,
      verdict: 'other',
      ...(other.actions === undefined ? {} : { actions: actions.split(',') }),
    };
  });
}

describe.each(['faucet', 'c65faucet'] as const)(
  'the flows that %s installs for ACLs',
  (flavour) => {
    it('are the expected ones, before and after warm reloads, of ports that are up and down', async () => {
      await using bed = await aclBed(flavour, config(), [...ports, 9]);
      const sorted = (list: readonly unknown[]): string[] =>
        list.map((one) => JSON.stringify(one)).sort();
      const settled = async (port: number, names: readonly string[]): Promise<void> => {
        const wanted = sorted(
          expected(names).map(({ priority, match, verdict, actions }) => ({
            ...{ priority, match, verdict },
            ...(actions === undefined ? {} : { actions }),
          })),
        );
        const same = async (): Promise<true | undefined> =>
          sorted(await seen(bed, port, names)).join() === wanted.join() || undefined;
        await until(same, { what: `the flows of port ${port}`, deadline: 3000 }).catch(
          () => undefined,
        );
        expect(sorted(await seen(bed, port, names))).toEqual(wanted);
      };
      for (const port of ports) await settled(port, lists[port] ?? []);

      // an ACL edit of a port that is down: its flows stay, are all deleted, then the new ones are added
      await bed.setLink(1, 'down');
      await bed.events(1);
      await bed.reload(config({ 1: ['shapes'] }));
      await settled(1, ['shapes']);
      expect(await bed.events(1)).toEqual(['deleted', ...expected(['shapes']).map(() => 'added')]);
      await bed.reload(config({ 1: ['deny-all'] }));
      await settled(1, ['deny-all']);
      expect(await bed.events(1)).toEqual([...expected(['shapes']).map(() => 'deleted'), 'added']);

      // a rule that the switch refuses is absent and leaves its priority free
      await bed.reload(config({ 1: ['deny-all'], 3: ['partial'] }));
      const partial = [{ priority: 20479, match: ['arp'], actions: 'goto_table:1' }];
      const has = async (): Promise<true | undefined> =>
        (await bed.flowsOf(3)).length === 1 || undefined;
      await until(has, { what: 'the one flow of a partial ACL' });
      expect(await bed.flowsOf(3)).toEqual(partial);
      expect(await bed.faucetLog()).toContain('OFPBMC_BAD_PREREQ');

      // a port that loses its last ACL keeps the flows below the one that lets everything through
      await bed.reload(config({ 1: ['deny-all'], 3: [] }));
      const open = { priority: 20480, match: [], actions: 'goto_table:1' };
      const opened = async (): Promise<true | undefined> =>
        (await bed.flowsOf(3)).length === 2 || undefined;
      await until(opened, { what: 'the flow of a port without ACL' });
      expect(await bed.flowsOf(3)).toEqual([open, ...partial]);
    });
  },
);
