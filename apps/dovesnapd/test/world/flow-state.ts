import { isDeepStrictEqual } from 'node:util';
import type { FaucetModel } from '@dovesnap/faucet-config';
import type { Flow } from '@dovesnap/ovs';
import { derivedAcl } from '../../src/domain/derived-acl.ts';
import { allowAllAcl } from '../../src/domain/names.ts';
import { aclFlows } from './faucet-flows.ts';
import type { WorldLink } from './host-links.ts';
import type { World } from './open-world.ts';

/** How the flows of a port stand. `proven`: they are those of its policy. `shut`: they let nothing through. */
export type FlowState = 'proven' | 'shut' | 'open';

/** A container on a network. */
export interface Attachment {
  readonly network: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Whether a derived ACL may be made from what the operator has written before. */
  readonly mayLag: boolean;
}

/** The VLAN of a network that asks for none. */
const usualVlan = 100;

/** The number of a network's link to the mirror when it asks for none. */
const mirrorPort = 99;

/** The option of a network whose containers are kept apart, when it is `false`. */
const icc = 'com.docker.network.bridge.enable_icc';

/** Where a frame goes on to that has no way out: to nobody. */
const nowhere = [{ set_fields: [{ eth_dst: '01:80:c2:00:00:0f' }] }];

/** How the flows of a port stand to a container's policy; undefined: it is not on the switch. */
export function flowState(
  world: World,
  hostEnd: WorldLink,
  { network, labels, mayLag }: Attachment,
): FlowState | undefined {
  const { ovs, faucet, mirrorOut } = world;
  const port = ovs.portOf(hostEnd.name);
  if (port === undefined) return undefined;
  const flows = ovs.flows.flowsOf(port.bridge, port.ofPort);
  const own = labels['dovesnap.faucet.portacl']?.split(',') ?? [allowAllAcl];
  const apart = idApart(world, network);
  // Faucet does not copy what the ACLs that keep containers apart send.
  const isMirrored =
    apart === undefined && mirrorOut !== undefined && labels['dovesnap.faucet.mirror'] === 'true';
  const isCopied = hasCopies(ovs.flows.flows(port.bridge), flows, port.ofPort);
  const model = faucet.inForce();
  const hasPolicy = (model: FaucetModel): boolean =>
    apart === undefined
      ? isProven(model, { acls: own, flows, number: port.ofPort })
      : isProven(model, { acls: aclsApart(apart, own), flows, number: port.ofPort }) &&
        own.every((acl) => isDerived(world, model, { acl, apart, mayLag }));
  if (model !== undefined && isCopied === isMirrored && hasPolicy(model)) return 'proven';
  return unprovenState(flows);
}

/** What a port's ACLs are to be, and its flows as they are; its number as faucet.yaml has it. */
interface PolicedFlows {
  readonly acls: readonly string[];
  readonly flows: readonly Flow[];
  readonly number: number;
}

/** How a port's flows stand to its ACLs. Without a model they are never proven. */
export function policyState(model: FaucetModel | undefined, port: PolicedFlows): FlowState {
  return model !== undefined && isProven(model, port) ? 'proven' : unprovenState(port.flows);
}

function unprovenState(flows: readonly Flow[]): FlowState {
  const isMember = flows.some(({ table }) => table === 1);
  const letsThrough = flows.some(({ table, actions }) => table === 0 && actions !== 'drop');
  return isMember && letsThrough ? 'open' : 'shut';
}

/** As {@link flowState}: a port that the switch takes nothing from, and sends nothing to, lets nothing through. */
export function passingState(
  world: World,
  hostEnd: WorldLink,
  attachment: Attachment,
): FlowState | undefined {
  const { bridge = '' } = world.ovs.portOf(hostEnd.name) ?? {};
  const state = flowState(world, hostEnd, attachment);
  return state === 'open' && world.ofctl.isBlocked(bridge, hostEnd.name) ? 'shut' : state;
}

function isProven(model: FaucetModel, { acls, flows, number }: PolicedFlows): boolean {
  const texts = (some: readonly Flow[]): string =>
    some
      .map(({ priority, match, actions }) => `${priority} ${match} ${actions}`)
      .sort()
      .join('\n');
  const there = flows.filter(({ table }) => table === 0);
  const enters = `set_field:${4096 + usualVlan}->vlan_vid`;
  return (
    acls.every((acl) => model.acls.has(acl)) &&
    texts(there) === texts(aclFlows(model, acls, number)) &&
    flows.some(({ table, actions }) => table === 1 && actions.includes(enters))
  );
}

/** Whether what a port sends, and all that is sent to it, is copied to the mirror. */
function hasCopies(bridge: readonly Flow[], own: readonly Flow[], ofPort: number): boolean {
  const goesTo = ({ actions }: Flow, number: number): boolean =>
    actions.split(',').includes(`output:${number}`);
  const entering = own.filter(({ table }) => table === 1);
  const delivering = bridge.filter((flow) => flow.table === 4 && goesTo(flow, ofPort));
  return (
    entering.some((flow) => goesTo(flow, mirrorPort)) &&
    delivering.every((flow) => goesTo(flow, mirrorPort))
  );
}

/** The id of a network whose containers are kept apart; undefined: they are not. */
function idApart({ engine }: World, network: string): string | undefined {
  const found = [...engine.networks.values()].find(({ name }) => name === network);
  return found?.options[icc] === 'false' ? found.id : undefined;
}

/** The ACLs that stand for a container's own on a network with this id whose containers are kept apart. */
function aclsApart(id: string, own: readonly string[]): string[] {
  return [undefined, ...own].map((acl) => derivedAcl('isolated', id, acl));
}

/** Whether the ACL in force that stands for another is made from what the operator has written last, or may have before. */
function isDerived(
  { faucet }: World,
  model: FaucetModel,
  { acl, apart, mayLag }: { acl: string; apart: string; mayLag: boolean },
): boolean {
  const found = rulesOf(model, derivedAcl('isolated', apart, acl));
  const written = mayLag ? faucet.operators() : faucet.operators().slice(0, 1);
  return written.some(({ model: own }) => {
    const rules = acl === allowAllAcl ? [{ actions: { allow: 1 } }] : rulesOf(own, acl);
    const expected = rules.map(({ actions, ...match }) =>
      isDeepStrictEqual(actions, { allow: 1 })
        ? { ...match, actions: { allow: 1, output: nowhere } }
        : { ...match, actions },
    );
    return isDeepStrictEqual(found, expected);
  });
}

function rulesOf(model: FaucetModel, acl: string): readonly { readonly [key: string]: unknown }[] {
  return structuredClone(model.acls.get(acl)?.rules.map(({ raw }) => raw) ?? []);
}
