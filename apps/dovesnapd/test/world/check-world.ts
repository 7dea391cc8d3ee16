import { isDeepStrictEqual } from 'node:util';
import type { StringMap } from '@dovesnap/ovs';
import { isVethName, parseHostLink } from '../../src/domain/names.ts';
import { parsePortRecord } from '../../src/domain/record.ts';
import { type FlowState, passingState } from './flow-state.ts';
import { hostNamespace, type WorldLink } from './host-links.ts';
import type { World } from './open-world.ts';

/** How the flows of a port stood when its host end went up. */
export interface Opening {
  readonly container: string;
  readonly flows: FlowState;
}

/**
 * What is wrong in the world now: each container whose port is up although its flows are not those of its policy. A derived
 * ACL may be behind what the operator has written, unless `isAtRest`.
 */
export function findUnproven(world: World, isAtRest = false): string[] {
  return [...world.docker.joined.values()].flatMap(({ container, network, labels, link }) => {
    const host = link.peer;
    if (host === undefined || !host.up || !world.host.all().includes(host)) return [];
    const found = passingState(world, host, { network, labels, mayLag: !isAtRest });
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
    const found = link.up && !wasUp ? containerOn(world, link.name) : undefined;
    const { container, network } = found ?? {};
    const labels = world.engine.containers.get(container ?? '')?.labels;
    if (container === undefined || network === undefined || labels === undefined) return;
    const flows = passingState(world, link, { network, labels, mayLag: true });
    if (flows !== undefined) openings.push({ container, flows });
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
  return () => {
    const [own] = world.faucet.operators();
    const expected = { ...before, 'the ACL of the operator': own.model.acls.get('no-mail') };
    return Object.entries(read()).flatMap(([what, now]) =>
      isDeepStrictEqual(now, expected[what as keyof typeof expected]) ? [] : [what],
    );
  };
}

/** What is left of the daemon's networks in the world: bridges, links and seals by name, and rules. */
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
    ...(['filter', 'nat'] as const).flatMap((table) => world.iptables.rules('ipv4', table)),
  ];
}

/** The container whose endpoint the switch has on record on a port, and its network. */
function containerOn({ ovs, engine }: World, hostLink: string) {
  if (parseHostLink(hostLink) === undefined) return undefined;
  const row = ovs
    .state()
    .bridges.flatMap(({ ports }) => ports)
    .flatMap(({ interfaces }) => interfaces)
    .find(({ name }) => name === hostLink);
  const id = row && parsePortRecord(row.externalIds, [])?.endpoint?.id;
  const endpoints = [...engine.networks.values()].flatMap(({ name, endpoints }) =>
    [...endpoints.values()].map((one) => ({ ...one, network: name })),
  );
  const found = endpoints.find((endpoint) => endpoint.id === id);
  return found && { container: found.containerName, network: found.network };
}
