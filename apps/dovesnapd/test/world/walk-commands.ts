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

/** Makes a step of what can happen now; undefined: it cannot. */
export type StepMaker = (walked: Walked) => Step | undefined;

/** More than a network has free ports at first, so that some wait for others to be made. */
const containerNames = ['web', 'db', 'mail', 'cache', 'queue', 'search', 'proxy'] as const;
const networkNames = ['front', 'back'] as const;

const flat = { 'ovs.bridge.mode': 'flat' };

/** What networks are made with: on some, containers are kept apart; others lead to the host, under an ACL or without. */
const networkOptions = [
  flat,
  { ...flat, 'com.docker.network.bridge.enable_icc': 'false' },
  { 'ovs.bridge.mode': 'nat', 'ovs.bridge.nat_acl': 'no-mail' },
  { 'ovs.bridge.mode': 'routed' },
] as const;

const underNoMail = { 'dovesnap.faucet.portacl': 'no-mail' };

/** What each walk begins with, one after another: most of what can happen needs a container that it happens to. */
export function firstSteps({ world: { docker }, random }: Walked): readonly Step[] {
  const options = random.pick(networkOptions);
  return [
    [`create front ${JSON.stringify(options)}`, () => docker.createNetwork('front', options)],
    ['run web on front', () => docker.run('web', 'front', underNoMail)],
  ];
}

/** What people tell Docker, each as often as it stands here. */
export const commands: readonly StepMaker[] = [
  ...[createNetwork, removeNetwork, removeNetwork],
  ...[run, run, run, remove, remove, restart, restart],
  ...[composeUp, composeDown, restartAll],
];

function createNetwork({ world, random, busy }: Walked): Step | undefined {
  const name = random.pick(networkNames);
  if (hasNetwork(world, name) || busy.has(name)) return undefined;
  const options = random.pick(networkOptions);
  const what = `create ${name} ${JSON.stringify(options)}`;
  return [what, () => world.docker.createNetwork(name, options), name];
}

function removeNetwork({ world, random, busy }: Walked): Step | undefined {
  const name = random.pick(networkNames);
  const isThere = hasNetwork(world, name) && !busy.has(name);
  if (!isThere || world.engine.networkNamed(name).endpoints.size > 0) return undefined;
  return [`remove ${name}`, () => world.docker.removeNetwork(name), name];
}

function run({ world, random, busy }: Walked): Step | undefined {
  const [name, network] = [random.pick(containerNames), random.pick(networkNames)];
  const labels = labelsOf(random);
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

/** A network is made, and containers on it at the same time. */
function composeUp({ world: { docker, engine }, random, busy }: Walked): Step | undefined {
  const network = random.pick(networkNames);
  const isThere = [...engine.networks.values()].some(({ name }) => name === network);
  if (isThere || busy.has(network)) return undefined;
  const names = containerNames.filter((name) => !busy.has(name) && !engine.containers.has(name));
  const labels = new Map(names.map((name) => [name, labelsOf(random)]));
  const options = random.pick(networkOptions);
  const act = async (): Promise<void> => {
    await docker.createNetwork(network, options);
    await allOf(names.map((name) => docker.run(name, network, labels.get(name))));
  };
  return [`create ${network} ${JSON.stringify(options)} with ${names}`, act, network, ...names];
}

/** All containers of a network end at the same time, and then it is removed. */
function composeDown({ world: { docker, engine }, random, busy }: Walked): Step | undefined {
  const network = random.pick(networkNames);
  const there = [...engine.networks.values()].find(({ name }) => name === network);
  const names = [...(there?.endpoints.values() ?? [])].map(({ containerName }) => containerName);
  if (there === undefined || [network, ...names].some((name) => busy.has(name))) return undefined;
  const act = async (): Promise<void> => {
    await allOf(names.map((name) => docker.remove(name)));
    await docker.removeNetwork(network);
  };
  return [`remove ${network} with ${names}`, act, network, ...names];
}

/** All containers of a network are restarted, nearly at the same time: more ports are asked for than are free. */
function restartAll({ world: { docker, time }, random, busy }: Walked): Step | undefined {
  const network = random.pick(networkNames);
  const there = [...docker.joined.values()].filter((one) => one.network === network);
  const names = there.map(({ container }) => container);
  if (names.length < 2 || [network, ...names].some((name) => busy.has(name))) return undefined;
  const afterMs = names.map(() => random.pick([0, 0, 5, 50, 55, 60]));
  const act = (): Promise<void> =>
    allOf(
      names.map(async (name, index) => {
        await time.sleep(afterMs[index] ?? 0);
        await docker.restart(name);
      }),
    );
  return [`restart ${names} of ${network} after ${afterMs} ms`, act, network, ...names];
}

function labelsOf(random: Random): Readonly<Record<string, string>> {
  return {
    ...random.pick([{}, { 'dovesnap.faucet.mirror': 'true' }]),
    ...random.pick([{}, underNoMail]),
  };
}

/** Waits for all of them, whatever becomes of some. @throws what the first of those has thrown that failed. */
export async function allOf(acts: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(acts);
  await Promise.all(acts);
}

function hasNetwork({ engine }: World, name: string): boolean {
  return [...engine.networks.values()].some((network) => network.name === name);
}

/** Removes all containers and networks. */
export async function removeAll({ engine, docker }: World): Promise<void> {
  for (const name of [...engine.containers.keys()]) await docker.remove(name);
  for (const { name } of [...engine.networks.values()]) await docker.removeNetwork(name);
}
