import { isDeepStrictEqual } from 'node:util';
import type { FaucetModel } from '@dovesnap/faucet-config';
import type { Flow, StringMap } from '@dovesnap/ovs';
import { allowAllAcl, isVethName, parseHostLink } from '../../src/domain/names.ts';
import { parsePortRecord } from '../../src/domain/record.ts';
import { aclFlows } from './faucet-flows.ts';
import { hostNamespace, type WorldLink } from './host-links.ts';
import type { World } from './open-world.ts';

/** The VLAN of a network that asks for none. */
const usualVlan = 100;

/** The number of a network's link to the mirror when it asks for none. */
const mirrorPort = 99;

/** How flows stand to a policy. `proven`: they are those of the policy. `shut`: they let nothing through. */
export type PolicyState = 'proven' | 'shut' | 'open';

/** How the flows of a port stood to the container's policy when its host end went up. */
export interface Opening {
  readonly container: string;
  readonly flows: PolicyState;
}

/** What is wrong in the world now: each container whose port is up although its flows are not those of its policy. */
export function findUnproven(world: World): string[] {
  return [...world.docker.joined.values()].flatMap(({ container, labels, link }) => {
    const host = link.peer;
    if (host === undefined || !host.up || !world.host.all().includes(host)) return [];
    const found = flowState(world, host, labels);
    return found === undefined || found === 'proven'
      ? []
      : [`the port of ${container}, ${host.name}, is up, and its flows are ${found}`];
  });
}

/** Turns that the daemon has taken out of order. */
export function findDisorder(world: World): string[] {
  const said = world.log.filter(({ level }) => level === 'error').map(({ message }) => message);
  return said.filter((message) => message.startsWith('the turn '));
}

/** Notes, from now on, how the flows stand whenever the host end of a container's port goes up. */
export function watchOpenings(world: World): readonly Opening[] {
  const openings: Opening[] = [];
  const up = new Set<WorldLink>();
  world.host.onChange((link) => {
    const wasUp = up.has(link);
    if (link.up) up.add(link);
    else up.delete(link);
    const name = link.up && !wasUp ? containerOn(world, link.name) : undefined;
    const labels = name === undefined ? undefined : world.engine.containers.get(name)?.labels;
    const flows = labels === undefined ? undefined : flowState(world, link, labels);
    if (name !== undefined && flows !== undefined) openings.push({ container: name, flows });
  });
  return openings;
}

/** What was there before the daemon, and what of it is not as it was. */
export function watchOthers(world: World): () => string[] {
  const read = () => ({
    'the datapath of the office': world.faucet.model().dps.get('office'),
    'the ACL of the operator': world.faucet.model().acls.get('no-mail'),
    'the uplink': world.host.find(hostNamespace, 'eth0'),
    'the routes': world.host.routes,
  });
  const before = structuredClone(read());
  return () =>
    Object.entries(read()).flatMap(([what, now]) =>
      isDeepStrictEqual(now, before[what as keyof typeof before]) ? [] : [what],
    );
}

/** What is left of the daemon's networks in the world: bridges, links and seals by name. */
export function findLeft(world: World): string[] {
  const links = world.host.all().filter(({ namespace }) => namespace === hostNamespace);
  const seals = [...world.host.seals].filter((name) => name !== world.mirrorOut);
  const isMirrors = ({ externalIds }: { readonly externalIds: StringMap }): boolean =>
    externalIds['dovesnap.mirror_of'] !== undefined;
  const bridges = world.ovs.state().bridges.filter((bridge) => !isMirrors(bridge));
  return [
    ...bridges.map(({ name }) => `bridge ${name}`),
    ...links.filter(({ name }) => isVethName(name)).map(({ name }) => `link ${name}`),
    ...seals.map((name) => `seal of ${name}`),
  ];
}

/** The container whose endpoint the switch has on record on a port. */
function containerOn({ ovs, engine }: World, hostLink: string): string | undefined {
  if (parseHostLink(hostLink) === undefined) return undefined;
  const row = ovs
    .state()
    .bridges.flatMap(({ ports }) => ports)
    .flatMap(({ interfaces }) => interfaces)
    .find(({ name }) => name === hostLink);
  const id = row && parsePortRecord(row.externalIds, [])?.endpoint?.id;
  const endpoints = [...engine.networks.values()].flatMap((one) => [...one.endpoints.values()]);
  return endpoints.find((endpoint) => endpoint.id === id)?.containerName;
}

/** How the flows of a port stand to a container's policy; undefined: it is not on the switch. */
export function flowState(
  { ovs, faucet, mirrorOut }: World,
  hostEnd: WorldLink,
  labels: Readonly<Record<string, string>>,
): PolicyState | undefined {
  const port = ovs.portOf(hostEnd.name);
  if (port === undefined) return undefined;
  const flows = ovs.flows.flowsOf(port.bridge, port.ofPort);
  const isCopied =
    hasCopies(ovs.flows.flows(port.bridge), flows, port.ofPort) ===
    (mirrorOut !== undefined && labels['dovesnap.faucet.mirror'] === 'true');
  return policyState(isCopied ? faucet.inForce() : undefined, {
    acls: labels['dovesnap.faucet.portacl']?.split(',') ?? [allowAllAcl],
    flows,
    number: port.ofPort,
  });
}

/** What a port's ACLs are to be, and its flows as they are; its number as faucet.yaml has it. */
interface PolicedFlows {
  readonly acls: readonly string[];
  readonly flows: readonly Flow[];
  readonly number: number;
}

/** How a port's flows stand to its ACLs. Without a model they are never proven. */
export function policyState(model: FaucetModel | undefined, port: PolicedFlows): PolicyState {
  if (model !== undefined && isProven(model, port)) return 'proven';
  const isMember = port.flows.some(({ table }) => table === 1);
  const letsThrough = port.flows.some(({ table, actions }) => table === 0 && actions !== 'drop');
  return isMember && letsThrough ? 'open' : 'shut';
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
