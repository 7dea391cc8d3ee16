import { entryOf, type MapNode, mapOf, plainOf, valueUnder } from '../yaml/node.ts';
import { keyId } from '../yaml/scalar.ts';
import type { AclUse } from './acl-uses.ts';
import { actionsOf } from './check-actions.ts';
import { below, isFalsy, report } from './check-log.ts';
import {
  type AclFacts,
  asInt,
  type DpFacts,
  findPort,
  type NetworkFacts,
  type PortFacts,
} from './network-facts.ts';

/** Checks that the 802.1x port of a datapath is output only, either by itself or as a mirror destination. */
export function checkNfvPorts(network: NetworkFacts, uses: readonly AclUse[]): void {
  for (const dp of network.dps) {
    const dot1x = mapOf(dp.map, 'dot1x');
    const entry = entryOf(dot1x, 'nfv_sw_port');
    const port = findPort(dp, asInt(plainOf(dot1x, 'nfv_sw_port')) ?? null);
    // with dp_acls, Faucet refuses the file before this check
    if (entry === undefined || port === undefined) continue;
    if (!isFalsy(entryOf(dp.map, 'dp_acls')?.value) || isOutputOnly(dp, port, network, uses))
      continue;
    const message = `port ${port.name} must have output_only: true, or Faucet refuses the file`;
    report(below(dp.spot, 'dot1x', 'nfv_sw_port'), entry.value, 'BAD_VALUE', message);
  }
}

function isOutputOnly(
  dp: DpFacts,
  port: PortFacts,
  network: NetworkFacts,
  uses: readonly AclUse[],
): boolean {
  if (plainOf(port.map, 'output_only') === true) return true;
  if (isMirror(port.map) && (mapOf(port.map, 'coprocessor')?.entries ?? []).length === 0)
    return true;
  const acls = [
    ...uses.filter((use) => use.dp === dp).map((use) => use.acl),
    ...dot1xAcls(dp, network),
  ];
  return acls.some((acl) =>
    acl.rules.some((rule) => {
      const to = plainOf(actionsOf(rule.map), 'mirror');
      return to !== undefined && findPort(dp, to) === port;
    }),
  );
}

function isMirror(map: MapNode): boolean {
  const mirror = valueUnder(map, 'mirror');
  return mirror?.kind === 'list' ? mirror.items.length > 0 : !isFalsy(mirror);
}

/** Returns the ACLs that 802.1x puts on ports of a datapath. */
function dot1xAcls(dp: DpFacts, network: NetworkFacts): AclFacts[] {
  const has = (key: string): boolean => dp.ports.some((port) => plainOf(port.map, key) === true);
  const dot1x = mapOf(dp.map, 'dot1x');
  const named = ['auth_acl', 'noauth_acl'].map((key) => keyId(plainOf(dot1x, key) ?? null));
  return [...network.acls].flatMap(([id, acl]) => {
    const isUsed =
      (has('dot1x_dyn_acl') && acl.dot1xAssigned) || (has('dot1x_acl') && named.includes(id));
    return isUsed ? [acl] : [];
  });
}
