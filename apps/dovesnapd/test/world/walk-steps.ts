import { setInterface } from '@dovesnap/faucet-config';
import { type Flow, inPortOf } from '@dovesnap/ovs';
import type { Random } from '../random.ts';
import type { World } from './open-world.ts';

/** What a walk knows of the world. */
export interface Walked {
  readonly world: World;
  readonly random: Random;
  /** Names of the containers and networks that a command is under way for. */
  readonly busy: ReadonlySet<string>;
  /** When somebody has last taken the ACL of a container away in faucet.yaml. */
  readonly weakened: Map<string, number>;
}

/** Something that can happen: what it is called, what it does, and what it makes busy. */
export type Step = readonly [string, () => unknown, ...string[]];

const containerNames = ['web', 'db', 'mail', 'cache'] as const;
const networkNames = ['front', 'back'] as const;

const flat = { 'ovs.bridge.mode': 'flat' };

/** What makes the daemon busy. */
const daemonName = 'the daemon';

/** What each walk begins with, one after another: most of what can happen needs a container that it happens to. */
export function firstSteps({ docker }: World): readonly Step[] {
  const labels = { 'dovesnap.faucet.portacl': 'no-mail' };
  return [
    ['create front', () => docker.createNetwork('front', flat)],
    ['run web on front', () => docker.run('web', 'front', labels)],
  ];
}

/** What can happen, each as often as it stands here; undefined: not now. */
const actions: readonly ((walked: Walked) => Step | undefined)[] = [
  ...[createNetwork, createNetwork, removeNetwork, removeNetwork],
  ...[run, run, run, run, run, remove, remove, restart, restart],
  ...[duringFault, duringFault, duringFault, duringFault],
  // What is away is back more often than not, or little would ever open.
  ...[allIsBack, allIsBack, allIsBack],
  ({ world: { faucet } }) => ['Faucet stops', faucet.stop],
  ({ world: { faucet } }) => ['Faucet starts', faucet.start],
  ({ world: { faucet }, random }) => {
    const ms = random.pick([0, 50, 2000]);
    return [`Faucet takes ${ms} ms`, () => faucet.slow(ms)];
  },
  ({ world: { faucet } }) =>
    faucet.isRefusing
      ? ['Faucet takes what it gets', () => faucet.refuse(undefined)]
      : ['Faucet refuses', () => faucet.refuse('not today')],
  ({ world: { faucet } }) => ['Faucet refuses, and late', () => refuseLate(faucet)],
  ...[database, database, vswitchd, vswitchd],
  ({ world: { engine } }) =>
    engine.isUp ? ['Docker stops to answer', engine.stop] : ['Docker answers', engine.start],
  ({ world: { engine, docker } }) =>
    engine.isUp ? ['dockerd is killed', docker.crash] : undefined,
  ...[deleteFlows, deleteFlows, deleteFlows],
  ...[takeAclAway, takeAclAway, takeMirrorAway],
  ({ world, busy }) =>
    !busy.has(daemonName)
      ? ['the daemon starts again', () => startAgain(world), daemonName]
      : undefined,
];

/** Chooses what happens next, of what can happen now. */
export function nextStep(walked: Walked): Step {
  for (;;) {
    const step = walked.random.pick(actions)(walked);
    if (step !== undefined) return step;
  }
}

function takeMirrorAway({ world, random, weakened }: Walked): Step | undefined {
  const port = portOf(world, random);
  const dp = port && world.faucet.model().dps.get(port.network);
  const link = dp?.interfaces.find(({ mirror }) => mirror.some((one) => one === port?.ofPort));
  if (link?.number === undefined || port === undefined) return undefined;
  if (!isKnown(world, port.network)) return undefined;
  const edit = setInterface(port.network, link.number, { mirror: null });
  const act = (): void => {
    for (const { container } of world.docker.joined.values()) {
      weakened.set(container, world.time.now());
    }
    world.faucet.edit([edit]);
  };
  return [`somebody ends the mirroring of ${port.container}`, act];
}

async function startAgain(world: World): Promise<void> {
  await world.stopDaemon();
  world.startDaemon();
}

/** A daemon that has started while the database is away knows of no port yet, and can close none. */
function isKnown(world: World, network: string): boolean {
  return world
    .daemon()
    .source.networks()
    .some(({ name }) => name === network);
}

function allIsBack({ world }: Walked): Step {
  return ['everything comes back', () => bringBack(world)];
}

function createNetwork({ world, random, busy }: Walked): Step | undefined {
  const name = random.pick(networkNames);
  if (hasNetwork(world, name) || busy.has(name)) return undefined;
  return [`create ${name}`, () => world.docker.createNetwork(name, flat), name];
}

function removeNetwork({ world, random, busy }: Walked): Step | undefined {
  const name = random.pick(networkNames);
  const isThere = hasNetwork(world, name) && !busy.has(name);
  if (!isThere || world.engine.networkNamed(name).endpoints.size > 0) return undefined;
  return [`remove ${name}`, () => world.docker.removeNetwork(name), name];
}

function run({ world, random, busy }: Walked): Step | undefined {
  const [name, network] = [random.pick(containerNames), random.pick(networkNames)];
  const mirrored = random.pick([{}, {}, { 'dovesnap.faucet.mirror': 'true' }]);
  const labels = { ...mirrored, ...random.pick([{}, { 'dovesnap.faucet.portacl': 'no-mail' }]) };
  if (!hasNetwork(world, network) || busy.has(network)) return undefined;
  if (busy.has(name) || world.engine.containers.has(name)) return undefined;
  const what = `run ${name} on ${network} ${JSON.stringify(labels)}`;
  return [what, () => world.docker.run(name, network, labels), name];
}

function remove({ world: { engine, docker }, random, busy }: Walked): Step | undefined {
  const name = random.pick(containerNames);
  if (busy.has(name) || !engine.containers.has(name)) return undefined;
  return [`remove ${name}`, () => docker.remove(name), name];
}

function refuseLate(faucet: World['faucet']): void {
  faucet.slow(6000);
  faucet.refuse('not today');
}

function database({ world: { ovs } }: Walked): Step {
  const { server } = ovs;
  return server.isUp ? ['the database stops', server.stop] : ['the database starts', server.start];
}

function vswitchd({ world: { ovs }, random }: Walked): Step {
  const { isUp, stop, start } = ovs.vswitchd;
  if (!isUp) return ['ovs-vswitchd starts', start];
  return random.pick([
    ['ovs-vswitchd stops', stop],
    ['ovs-vswitchd starts again', () => [stop(), start()]],
  ]);
}

function deleteFlows({ world, random }: Walked): Step | undefined {
  const port = portOf(world, random);
  if (port === undefined) return undefined;
  const gone = ({ match }: Flow): boolean => inPortOf(match) === port.ofPort;
  const act = () => world.ovs.flows.change(port.bridge, { gone });
  return [`somebody deletes the flows of ${port.container}`, act];
}

function takeAclAway({ world, random, weakened }: Walked): Step | undefined {
  const port = portOf(world, random);
  const dp = port && world.faucet.model().dps.get(port.network);
  const isThere = dp?.interfaces.some(({ number }) => number === port?.ofPort);
  if (port === undefined || !isThere || !isKnown(world, port.network)) return undefined;
  const edit = setInterface(port.network, port.ofPort, { aclsIn: ['dovesnap-allow-all'] });
  const act = (): void => {
    weakened.set(port.container, world.time.now());
    world.faucet.edit([edit]);
  };
  return [`somebody takes the ACL of ${port.container} away`, act];
}

/** A container ends, and is started again at once. */
function restart({ world: { docker }, random, busy }: Walked): Step | undefined {
  const running = [...docker.joined.values()].filter(({ container }) => !busy.has(container));
  if (running.length === 0) return undefined;
  const { container, network, labels } = random.pick(running);
  if (busy.has(network)) return undefined;
  const act = async (): Promise<void> => {
    await docker.remove(container);
    await docker.run(container, network, labels);
  };
  return [`restart ${container}`, act, container];
}

/** Something goes away at the moment of a command. */
function duringFault(walked: Walked): Step | undefined {
  const { world, random } = walked;
  const command = random.pick([createNetwork, removeNetwork, removeNetwork, run, remove, restart]);
  const [what, act, ...names] = command(walked) ?? [];
  if (what === undefined || act === undefined) return undefined;
  const [fault, begin] = random.pick([
    ['the database stops', world.ovs.server.stop],
    ['ovs-vswitchd stops', world.ovs.vswitchd.stop],
    ['Faucet stops', world.faucet.stop],
    ['Faucet refuses, and late', () => refuseLate(world.faucet)],
    ['Docker stops to answer', world.engine.stop],
  ] as const);
  const both = (): unknown => {
    begin();
    return act();
  };
  return [`${fault}; ${what}`, both, ...names];
}

/** The port of a container that runs. */
function portOf({ docker, ovs }: World, random: Random) {
  const running = [...docker.joined.values()];
  if (running.length === 0) return undefined;
  const { container, network, link } = random.pick(running);
  const port = link.peer && ovs.portOf(link.peer.name);
  return port && { ...port, container, network };
}

function hasNetwork({ engine }: World, name: string): boolean {
  return [...engine.networks.values()].some((network) => network.name === name);
}

/** Ends what keeps the daemon from its work. */
export function bringBack(world: World): void {
  world.ovs.server.start();
  world.ovs.vswitchd.start();
  world.faucet.refuse(undefined);
  world.faucet.slow(0);
  world.faucet.stop();
  world.faucet.start();
  if (!world.engine.isUp) world.engine.start();
}

/** Removes all containers and networks. */
export async function removeAll({ engine, docker }: World): Promise<void> {
  for (const name of [...engine.containers.keys()]) await docker.remove(name);
  for (const { name } of [...engine.networks.values()]) await docker.removeNetwork(name);
}
