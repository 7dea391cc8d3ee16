import type { AclRuleModel, DpModel, FaucetModel, InterfaceModel } from '@dovesnap/faucet-config';
import { inPortOf } from '@dovesnap/ovs';
import { floodFlows, mirrorsOf, type PortFlows, portFlows, vidOf } from './faucet-flows.ts';
import type { FlowTables } from './flow-tables.ts';

/** What Faucet takes a port to have, whatever the switch has by now. */
export interface Installed extends PortFlows {
  /** What of its interface decides about more than its ACLs. */
  readonly role: string;
  /** Whether Faucet goes by its state: it has flows only while it is up. */
  readonly isFollowed: boolean;
  readonly hasAcls: boolean;
  /** Whether it has been given flows. */
  readonly isGiven: boolean;
}

/** What Faucet knows of a bridge. */
export interface Programming {
  readonly flows: FlowTables;
  readonly model: FaucetModel;
  readonly dp: DpModel;
  /** Rules that the switch does not take. */
  readonly refused: ReadonlySet<AclRuleModel>;
  /** What it has given the bridge; undefined: the bridge has just connected. */
  readonly known: ReadonlyMap<number, Installed> | undefined;
  /** Whether Faucet takes a port for up. */
  readonly isUp: (bridge: string, number: number) => boolean;
}

/**
 * Gives a bridge the flows of its datapath. Without `known`, it has just connected: all flows are deleted first. Else only
 * what has changed is sent: a port whose ACLs have changed gets those again, one that has changed otherwise, or is new,
 * only if Faucet takes it for up. What somebody else has deleted is not missed.
 */
export function program(bridge: string, programming: Programming): Map<number, Installed> {
  const { flows, model, dp, known, isUp } = programming;
  const isStart = known === undefined;
  if (isStart) flows.change(bridge, { gone: () => true });
  const given = new Map<number, Installed>();
  const numbers = dp.interfaces.flatMap(({ number }) => number ?? []);
  for (const number of new Set([...numbers, ...(known?.keys() ?? [])])) {
    const port = dp.interfaces.findLast((one) => one.number === number);
    const before = known?.get(number);
    const now = port && installed(programming, port);
    if (before?.role !== now?.role) {
      const isGiven = now !== undefined && isUp(bridge, number);
      flows.change(bridge, {
        gone: ({ match }) => numberOf(match) === number,
        added: now !== undefined && isGiven ? [...now.acl, ...now.vlan] : [],
      });
      if (now !== undefined) given.set(number, { ...now, isGiven });
    } else if (now !== undefined) {
      const isGiven = before?.isGiven ?? false;
      if (textOf(before?.acl) !== textOf(now.acl) && (isGiven || !now.isFollowed)) {
        // When a port loses its last ACL, its rules stay below the flow that lets everything through (faucet 1.10.12).
        flows.change(bridge, {
          gone: ({ table, match }) => now.hasAcls && table === 0 && numberOf(match) === number,
          added: now.acl,
        });
      }
      given.set(number, { ...now, isGiven });
    }
  }
  flows.change(bridge, { gone: ({ table }) => table === 4, added: floods(model, dp) });
  return given;
}

/** Gives flows to ports of a bridge that are up now, and takes them from those that are down, where Faucet goes by that. */
export function followLinks(
  bridge: string,
  known: Map<number, Installed>,
  { flows, isUp }: Pick<Programming, 'flows' | 'isUp'>,
): void {
  for (const [number, port] of known) {
    const isGiven = port.isFollowed && isUp(bridge, number);
    if (!port.isFollowed || isGiven === port.isGiven) continue;
    known.set(number, { ...port, isGiven });
    flows.change(bridge, {
      gone: ({ match }) => numberOf(match) === number,
      added: isGiven ? [...port.acl, ...port.vlan] : [],
    });
  }
}

/**
 * How Faucet takes a datapath from one text to the next: `cold` closes the connection, and the bridge gets all flows
 * again when it has reconnected (faucet 1.10.12).
 */
export function restartOf(
  [before, after]: readonly [FaucetModel, FaucetModel],
  name: string,
): 'none' | 'warm' | 'cold' {
  const [old, now] = [before.dps.get(name), after.dps.get(name)];
  if (old === undefined || now === undefined) return 'none';
  const [had, has] = [rolesOf(before, old), rolesOf(after, now)];
  const kept = [...has].filter(([number, role]) => had.get(number) === role);
  if (jsonOf(old.raw) !== jsonOf(now.raw)) return 'cold';
  if (tablesOf(before, old) !== tablesOf(after, now)) return 'cold';
  if (had.size > 0 && kept.length === 0) return 'cold';
  const isSame =
    kept.length === has.size &&
    has.size === had.size &&
    aclsOf(before, old) === aclsOf(after, now) &&
    jsonOf([...before.vlans]) === jsonOf([...after.vlans]);
  return isSame ? 'none' : 'warm';
}

function rolesOf(model: FaucetModel, dp: DpModel): Map<number | undefined, string> {
  return new Map(dp.interfaces.map((port) => [port.number, roleOf(model, dp, port)]));
}

/** The optional tables that a datapath needs: their numbers shift with them. */
function tablesOf(model: FaucetModel, { interfaces }: DpModel): string {
  const vlans = [...model.vlans.values()];
  return [
    interfaces.some(({ aclsIn }) => aclsIn.length > 0),
    interfaces.some(({ coprocessor }) => coprocessor),
    vlans.some(({ raw }) => 'acls_in' in raw || 'acl_in' in raw),
    vlans.some(({ raw }) => 'acls_out' in raw || 'acl_out' in raw),
  ].join();
}

function aclsOf(model: FaucetModel, { interfaces }: DpModel): string {
  return jsonOf(
    interfaces.map(({ number, aclsIn }) => [
      number,
      aclsIn,
      aclsIn.map((acl) => model.acls.get(acl)),
    ]),
  );
}

function numberOf(match: string): number | undefined {
  const port = inPortOf(match);
  return port === 65534 ? 4294967294 : port;
}

function floods(model: FaucetModel, dp: DpModel) {
  const members = new Map<number, number[]>();
  for (const port of dp.interfaces) {
    const vid = vidOf(model, port);
    if (vid === undefined || port.number === undefined) continue;
    members.set(vid, [...(members.get(vid) ?? []), port.number, ...mirrorsOf(dp, port)]);
  }
  return [...members].flatMap(([vid, numbers]) => floodFlows(vid, [...new Set(numbers)]));
}

function installed({ model, dp, refused }: Programming, port: InterfaceModel) {
  return {
    ...portFlows(model, port, mirrorsOf(dp, port), refused),
    role: roleOf(model, dp, port),
    isFollowed: port.opstatusReconf,
    hasAcls: port.aclsIn.length > 0,
  };
}

function roleOf(model: FaucetModel, dp: DpModel, port: InterfaceModel): string {
  const { description: _, acls_in: __, acl_in: ___, ...raw } = port.raw;
  return jsonOf([raw, vidOf(model, port), mirrorsOf(dp, port)]);
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? String(one) : one));
}

function textOf(flows: PortFlows['acl'] | undefined): string {
  return (flows ?? []).map(({ priority, match, actions }) => [priority, match, actions]).join('\n');
}
