import type { Endpoint, NetworkView } from '../../src/domain/network.ts';
import { parsePortRecord } from '../../src/domain/record.ts';
import { findLostGateways } from './check-gateway.ts';
import { findDisorder, findUnproven } from './check-world.ts';
import type { World } from './open-world.ts';

/** How many free ports a network at rest has for containers without a label. */
const fewestFree = 4;

/**
 * What is wrong in a world in which nothing is away, and in which all that was put off has been done: a container that is
 * cut off, a port that nobody can get any more, an endpoint of a container that is gone.
 */
export function findUnsettled(world: World): string[] {
  const { source } = world.daemon();
  const networks = source.networks();
  const endpoints = networks.flatMap((network) => network.endpoints);
  return [
    ...source.failing().map(({ what, reason }) => `could not ${what}: ${reason}`),
    ...findUnproven(world, true),
    ...findDisorder(world),
    ...findOthers(world, networks),
    ...findLostGateways(world),
    ...findCutOff(world, endpoints),
    ...findGone(world, endpoints),
    ...networks.flatMap(findLostPorts),
  ];
}

/**
 * Why a container is down that nobody has set down: a daemon that ends while the database is away cannot record which
 * ports it has closed, and the next one takes the link for one that a person has set down, says so and leaves it.
 */
const leftDown = /the host's end of its link, is down$/;

/** Networks that only Docker has, or only the daemon. */
function findOthers({ engine }: World, networks: readonly NetworkView[]): string[] {
  const known = networks.map(({ name }) => name ?? 'without a name');
  const listed = [...engine.networks.values()].map(({ name }) => name);
  return [
    ...known
      .filter((name) => !listed.includes(name))
      .map((name) => `Docker does not have network ${name}`),
    ...listed
      .filter((name) => !known.includes(name))
      .map((name) => `the daemon does not have network ${name}`),
  ];
}

/** Containers that run, and whose ports are not open. */
function findCutOff({ docker, host }: World, endpoints: readonly Endpoint[]): string[] {
  return [...docker.joined.values()].flatMap(({ id, container, link: { peer } }) => {
    const found = endpoints.find((endpoint) => endpoint.id === id);
    if (found === undefined) return [`the daemon does not know the endpoint of ${container}`];
    if (found.phase === 'down' && leftDown.test(found.reason ?? '')) return [];
    if (found.phase !== 'open') {
      return [`the port of ${container} is ${found.phase}: ${found.reason}`];
    }
    const isUp = peer?.up === true && host.all().includes(peer);
    return isUp ? [] : [`the port of ${container} is open, and its link is down`];
  });
}

/** Endpoints that Docker does not have: as the daemon knows them, and as the switch has them on record. */
function findGone({ docker, ovs }: World, endpoints: readonly Endpoint[]): string[] {
  const recorded = ovs
    .state()
    .bridges.flatMap(({ ports }) => ports)
    .flatMap(({ interfaces }) => interfaces)
    .flatMap(({ externalIds }) => parsePortRecord(externalIds, [])?.endpoint?.id ?? []);
  const known = endpoints.map(({ id }) => id);
  const isGone = (id: string): boolean => !docker.joined.has(id);
  return [
    ...known.filter(isGone).map((id) => `endpoint ${id.slice(0, 12)} is gone and has a port`),
    ...known
      .filter((id, index) => known.indexOf(id) !== index)
      .map((id) => `endpoint ${id.slice(0, 12)} has two ports`),
    ...recorded.filter(isGone).map((id) => `endpoint ${id.slice(0, 12)} is gone and on record`),
  ];
}

/** Ports of a network that neither a container has nor another could get. */
function findLostPorts({ name, endpoints, totalPorts, freePorts, freePlainPorts }: NetworkView) {
  const lost = totalPorts - freePorts - endpoints.length;
  return [
    ...(lost === 0 ? [] : [`${lost} ports of ${name} are neither free nor taken`]),
    ...(freePlainPorts >= fewestFree ? [] : [`${name} has ${freePlainPorts} free ports`]),
  ];
}
