import type { Endpoint, NetworkView } from '../../src/domain/network.ts';
import { findOpenGateways } from './check-gateway.ts';
import { watchInterfaces } from './check-interfaces.ts';
import { findUnproven, watchOpenings, watchOthers } from './check-world.ts';
import type { JoinedEndpoint } from './docker-commands.ts';
import { flowState } from './flow-state.ts';
import type { Lags } from './lags.ts';
import type { World } from './open-world.ts';

/** What is looked for in a world at any moment. */
export interface Moments {
  /** The first thing that was wrong so far. */
  wrong(): string | undefined;
  /** Ports without a container that have the interface of one that has left, in a world at rest. */
  old(): string[];
  /** How many ports of containers were opened so far. */
  opened(): number;
}

/** Time until a daemon that has begun, and that Docker answers, knows that the one before had closed a port, milliseconds. */
const noticedMs = 2000;

/** Time until a daemon has noticed what somebody has written to faucet.yaml, milliseconds. */
const readMs = 100;

/** How long a port may take to be closed, milliseconds: the changes of other links come before its own. */
function linkMs({ links }: Lags): number {
  return 20 + 60 * links;
}

/**
 * Looks at a world whenever its time has moved, for what must never be: a port that lets through what its policy does not,
 * or is up although it is closed, or down although it is open; an endpoint with two ports; somebody else's things touched.
 * `weakened`: when somebody has last weakened the policy of a container in faucet.yaml, which nobody can help until its
 * port is closed.
 */
export function watchMoments(world: World, lags: Lags, weakened: Map<string, number>): Moments {
  const interfaces = watchInterfaces(world);
  const ms = linkMs(lags);
  const openings = watchOpenings(world);
  const findTouched = watchOthers(world);
  const [upClosed, readyUp] = [lasting(world, ms), lasting(world, noticedMs)];
  const downOpen = lasting(world, noticedMs);
  const isHelpless = ([name, at]: readonly [string, number], unproven: string): boolean =>
    unproven.includes(` of ${name},`) && world.time.now() < at + ms;
  let wrong: string | undefined;
  let lookedAt = world.time.now();
  const find = (): string | undefined => {
    const networks = world.runsDaemon ? world.daemon().source.networks() : [];
    if (networks.length === 0) extend(world, weakened, lookedAt - ms - readMs);
    lookedAt = world.time.now();
    const endpoints = networks.flatMap((network) => network.endpoints);
    const opened = openings.find(({ flows }) => flows === 'open');
    const weak = findUnproven(world).find(
      (one) => one.endsWith('open') && ![...weakened].some((entry) => isHelpless(entry, one)),
    );
    return [
      ...(opened === undefined ? [] : [JSON.stringify(opened)]),
      ...(weak === undefined ? [] : [weak]),
      ...findOpenGateways(world),
      ...findDoubled(networks),
      ...interfaces.findTaken(),
      ...upClosed(findUpClosed(world, endpoints)),
      ...readyUp(world.engine.isUp ? findReadyUp(world, endpoints) : []),
      ...downOpen(world.engine.isUp ? findDownOpen(world, endpoints) : []),
    ][0];
  };
  world.time.onMove(() => {
    wrong ??= find();
  });
  return {
    wrong: () => {
      wrong ??= find() ?? findTouched().map((what) => `${what} was touched`)[0];
      return wrong;
    },
    old: interfaces.findOld,
    opened: () => openings.length,
  };
}

/** While no daemon knows a network, nobody closes what somebody has weakened too late for the daemon before. */
function extend({ time }: World, weakened: Map<string, number>, since: number): void {
  for (const [name, at] of weakened) if (at >= since) weakened.set(name, time.now());
}

/** Makes the function that tells of what is found, each time it is called, what has been so for longer than a time. */
function lasting({ time }: World, ms: number): (found: readonly string[]) => string[] {
  const since = new Map<string, number>();
  return (found) => {
    for (const one of since.keys()) if (!found.includes(one)) since.delete(one);
    for (const one of found) since.set(one, since.get(one) ?? time.now());
    return found.filter((one) => time.now() - (since.get(one) ?? 0) > ms);
  };
}

/** Endpoints that the daemon has on two ports. */
function findDoubled(networks: readonly NetworkView[]): string[] {
  const ids = networks.flatMap(({ endpoints }) => endpoints.map(({ id }) => id));
  return ids
    .filter((id, index) => ids.indexOf(id) !== index)
    .map((id) => `endpoint ${id.slice(0, 12)} has two ports`);
}

/** Ports that the daemon takes for closed although they are up and let through what their policy does not. */
function findUpClosed(world: World, endpoints: readonly Endpoint[]): string[] {
  return closedAndUp(world, endpoints)
    .filter(({ isBlocked, flows }) => !isBlocked && flows === 'open')
    .map(({ container }) => `the port of ${container} is closed, and up`);
}

/** Ports that the daemon takes for closed although they are up and have the flows of their policy, blocked or not. */
function findReadyUp(world: World, endpoints: readonly Endpoint[]): string[] {
  return closedAndUp(world, endpoints)
    .filter(({ flows }) => flows === 'proven')
    .map(({ container }) => `the port of ${container} waits for nothing, and is up`);
}

function closedAndUp(world: World, endpoints: readonly Endpoint[]) {
  return inPhases(world, endpoints, ['pending', 'refused']).flatMap(
    ({ container, network, labels, link: { peer } }) => {
      if (peer?.up !== true) return [];
      const { bridge = '' } = world.ovs.portOf(peer.name) ?? {};
      const isBlocked = world.ofctl.isBlocked(bridge, peer.name);
      const flows = flowState(world, peer, { network, labels, mayLag: false });
      return [{ container, isBlocked, flows }];
    },
  );
}

/** Ports that the daemon takes for open although they are down. */
function findDownOpen(world: World, endpoints: readonly Endpoint[]): string[] {
  return inPhases(world, endpoints, ['open'])
    .filter(({ link: { peer } }) => peer?.up === false)
    .map(({ container }) => `the port of ${container} is open, and down`);
}

/** The endpoints of running containers in one of these phases whose links are there. */
function inPhases(
  { docker, host }: World,
  endpoints: readonly Endpoint[],
  phases: readonly Endpoint['phase'][],
): JoinedEndpoint[] {
  const ids = new Set(endpoints.filter(({ phase }) => phases.includes(phase)).map(({ id }) => id));
  const links = host.all();
  return [...docker.joined.values()].filter(
    ({ id, link: { peer } }) => ids.has(id) && peer !== undefined && links.includes(peer),
  );
}
