import {
  type AclRuleModel,
  type DpModel,
  expectedAclFlows,
  type FaucetModel,
  type InterfaceModel,
} from '@dovesnap/faucet-config';
import type { Flow } from '@dovesnap/ovs';

/** The cookie of Faucet's flows (faucet 1.10.12). */
const cookie = 0x5adc15c0n;

/** OFPP_LOCAL as faucet.yaml writes it. */
const localOfPort = 4294967294;

/** The flows that Faucet has for one interface. */
export interface PortFlows {
  /** In the table of the port ACLs: one for each rule. */
  readonly acl: readonly Flow[];
  /** In the table of the VLANs: what makes the port a member. */
  readonly vlan: readonly Flow[];
}

/**
 * The flows in Faucet's table of port ACLs for a port under these ACLs, but for the rules that the switch refuses. A rule's
 * cookie is that of its flow.
 */
export function aclFlows(
  model: FaucetModel,
  acls: readonly string[],
  number: number,
  refused: ReadonlySet<AclRuleModel> = new Set(),
): Flow[] {
  const rules = acls.flatMap((acl) => model.acls.get(acl)?.rules ?? []);
  return expectedAclFlows(model, acls).flatMap(({ priority, verdict, match, actions }, index) => {
    const rule = rules[index];
    if (rule !== undefined && refused.has(rule)) return [];
    const own = rule?.raw.cookie;
    return {
      table: 0,
      priority,
      cookie: typeof own === 'number' ? BigInt(own) : cookie,
      match: [...(match ?? [`unknown=${priority}`]), inPort(number)].join(),
      actions: verdict === 'allow' ? 'goto_table:1' : (actions?.join() ?? 'drop'),
    };
  });
}

/**
 * The flows of an interface of faucet.yaml, in which `mirrors` copy what it sends: none without a VLAN of its own. Copies
 * are made before the frame is tagged (faucet 1.10.12).
 */
export function portFlows(
  model: FaucetModel,
  port: InterfaceModel,
  mirrors: readonly number[],
  refused: ReadonlySet<AclRuleModel>,
): PortFlows {
  const { number } = port;
  const vid = vidOf(model, port);
  if (number === undefined || vid === undefined) return { acl: [], vlan: [] };
  const member: Flow = {
    table: 1,
    priority: 4096,
    cookie,
    match: `${inPort(number)},vlan_tci=0x0000/0x1fff`,
    actions: [
      ...mirrors.map((number) => `output:${number}`),
      `push_vlan:0x8100,set_field:${4096 + vid}->vlan_vid,goto_table:2`,
    ].join(),
  };
  return { acl: aclFlows(model, port.aclsIn, number, refused), vlan: [member] };
}

/** The ports of a datapath that get copies of what a port sends and receives. */
export function mirrorsOf({ interfaces }: DpModel, { number, name }: InterfaceModel): number[] {
  return interfaces
    .filter(({ mirror }) => mirror.some((source) => source === number || source === name))
    .flatMap((mirror) => mirror.number ?? []);
}

/** The flows that send what is for everybody on a VLAN to these ports. */
export function floodFlows(vid: number, numbers: readonly number[]): Flow[] {
  const outputs = numbers.map((number) => `output:${number === localOfPort ? 'LOCAL' : number}`);
  const actions = ['pop_vlan', ...outputs].join();
  return [{ table: 4, priority: 8192, cookie, match: `dl_vlan=${vid}`, actions }];
}

/** The VLAN that an interface is on; undefined: none of its own. */
export function vidOf(model: FaucetModel, { nativeVlan }: InterfaceModel): number | undefined {
  return typeof nativeVlan === 'string' ? model.vlans.get(nativeVlan)?.vid : nativeVlan;
}

function inPort(number: number): string {
  return `in_port=${number === localOfPort ? 'LOCAL' : number}`;
}
