import type { Node } from '../yaml/node.ts';
import { keyId, type Plain, showPlain } from '../yaml/scalar.ts';
import type { Spot } from './check-log.ts';
import { below, report } from './check-log.ts';
import { type AclFacts, aclNames, type DpFacts, type NetworkFacts } from './network-facts.ts';

/** Where an ACL is used. */
export type AclPlace = 'port' | 'dp' | 'vlan-in' | 'vlan-out';

/** A place on a datapath that names an ACL. */
export interface AclUse {
  readonly acl: AclFacts;
  readonly dp: DpFacts;
  readonly place: AclPlace;
  readonly spot: Spot;
  readonly at: Node;
}

/**
 * Returns every use of every ACL, and reports names that do not exist. VLANs are on every datapath, and so are their
 * ACLs.
 */
export function findAclUses(network: NetworkFacts): AclUse[] {
  const uses: AclUse[] = [];
  const use = (
    dp: DpFacts,
    place: AclPlace,
    spot: Spot,
    names: readonly { value: Plain; at: Node }[],
  ): void => {
    const found: AclUse[] = [];
    for (const { value, at } of names) {
      const acl = network.acls.get(keyId(value));
      if (acl !== undefined) found.push({ acl, dp, place, spot, at });
      else if (network.complete) report(spot, at, 'UNKNOWN_ACL', unknownAcl(network, value));
    }
    for (const { acl, at } of found) {
      if (acl.exactMatch === found[0]?.acl.exactMatch) continue;
      report(spot, at, 'CONFLICT', 'ACLs of one list must agree on exact_match');
    }
    uses.push(...found);
  };
  for (const dp of network.dps) {
    for (const vlan of network.vlans) {
      if (vlan.listed === undefined) continue;
      const { spot, map } = vlan.listed;
      use(dp, 'vlan-in', below(spot, 'acls_in'), aclNames(map, 'acls_in'));
      use(dp, 'vlan-out', below(spot, 'acls_out'), aclNames(map, 'acls_out'));
    }
    const dpAcls = aclNames(dp.map, 'dp_acls');
    use(dp, 'dp', below(dp.spot, 'dp_acls'), dpAcls);
    for (const port of dp.ports) {
      const names = aclNames(port.map, 'acls_in');
      use(dp, 'port', below(port.spot, 'acls_in'), names);
      if (names.length === 0 || dpAcls.length === 0) continue;
      report(
        port.spot,
        port.at,
        'CONFLICT',
        'a datapath with dp_acls cannot have ACLs on its ports',
      );
    }
  }
  return uses;
}

function unknownAcl(network: NetworkFacts, name: Plain): string {
  const other = [...network.acls.values()].find((acl) => String(acl.key) === String(name));
  const hint = other === undefined ? '' : `; the key in acls is ${showPlain(other.key)}`;
  return `there is no ACL ${showPlain(name)}${hint}`;
}

/**
 * Reports an ACL that is on both a port and the output of a VLAN. Faucet accepts the file and crashes when a switch
 * connects.
 */
export function checkShared(uses: readonly AclUse[]): void {
  const out = new Map(uses.filter((use) => use.place === 'vlan-out').map((use) => [use.acl, use]));
  for (const use of uses) {
    const other = use.place === 'port' ? out.get(use.acl) : undefined;
    if (other === undefined) continue;
    const name = String(use.acl.key);
    const message = `${name} is on the output of a VLAN too (${other.spot.path.join('.')}); Faucet crashes when the datapath connects. Copy it under another name`;
    report(use.spot, use.at, 'ACL_SHARED_PORT_VLAN_OUT', message, 'kills');
  }
}
