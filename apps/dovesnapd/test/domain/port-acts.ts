import type { SwitchState } from '@dovesnap/ovs';
import { type AttachedEndpoint, type Port, takenPorts } from '../../src/domain/attached-network.ts';
import type { PortEvent } from '../../src/domain/port-life.ts';
import { noTreatments } from '../../src/domain/treatments.ts';
import { defaultAcls } from '../../src/plan/policy/default-acls.ts';
import { bestPort, betterPort, newPorts } from '../../src/plan/pool/pool-choice.ts';
import {
  type PoolPlan,
  planPool,
  portsToForgo,
  unfitPorts,
} from '../../src/plan/pool/pool-plan.ts';
import { sampleEndpoint } from '../plan/sample.ts';
import type { Random } from '../random.ts';
import { marked } from '../sample-treatments.ts';
import { type PortWorld, policyOf, type Source, truthOf } from './port-oracle.ts';

/** What a walk over ports knows. */
export interface Walked {
  readonly world: PortWorld;
  readonly random: Random;
  /** Answers that are on their way. They come in any order, late, twice, or never. */
  readonly answers: (() => void)[];
  /** Tells a port an event. */
  readonly say: (port: Port, event: PortEvent, source?: Source) => boolean;
  readonly fail: (wrong: string) => void;
}

/** Something that can happen to ports. */
export type Act = (walked: Walked) => void;

const noSwitch = { bridges: [] } as unknown as SwitchState;
const policies = [['web'], ['db'], ['web', 'db']] as const;
const reason = 'Faucet does not answer';

/** What the pool has to do. */
export function planOf({ world }: Walked): PoolPlan {
  const { network, inTheMaking } = world;
  return planPool(network, {
    waiting: 0,
    isSettling: () => false,
    isLosingAcls: (port) => inTheMaking.has(port),
  });
}

/** Any port, as somebody may mean it who asked a while ago. */
function anyPort({ world, random }: Walked): Port | undefined {
  return random.pick([...world.network.ports.values()]);
}

/** The number of an attempt at a port: of this one, or of one that is over. */
function someAttempt({ random }: Walked, { attempt }: Port): number {
  return attempt - random.pick([0, 0, 0, 0, 1, 2]);
}

/** Lets veths be made for ports; they are on the bridge when the answer comes. */
function make({ world, answers, say }: Walked, ports: readonly Port[]): void {
  for (const port of ports) {
    const { attempt } = port;
    world.inTheMaking.add(port);
    answers.push(() => {
      if (!world.inTheMaking.delete(port)) return;
      if (world.network.ports.get(port.ofPort) === port) {
        say(port, { kind: 'made', attempt, fits: true });
      }
    });
  }
}

/** The pool does what there is to do. */
export function tend(walked: Walked): void {
  const { world, say } = walked;
  const { network } = world;
  for (const port of unfitPorts(network, noSwitch)) say(port, { kind: 'broken' });
  const { add, rebuild, retire } = planOf(walked);
  const fresh = add > 0 ? newPorts(network, add, defaultAcls(network), []) : [];
  for (const port of fresh) network.ports.set(port.ofPort, port);
  for (const { ofPort } of retire) network.ports.delete(ofPort);
  for (const port of rebuild) {
    const { attempt, txOffload } = port;
    say(port, { kind: 'relinked', attempt, hostLink: 'h', peerLink: 'p', txOffload });
  }
  make(walked, [...fresh, ...rebuild]);
}

/** Faucet gives a port the flows of what the file says of it now, some time. */
function load(walked: Walked, port: Port): void {
  const policy = policyOf(walked.world, port);
  walked.answers.push(() => {
    truthOf(walked.world, port).flows = policy;
  });
}

/** Somebody sees the flows of a port's policy in the switch, and says so some time. */
export function look({ world, answers, say }: Walked, port: Port): void {
  const { flows, era } = truthOf(world, port);
  const { attempt } = port;
  if (flows !== policyOf(world, port)) return;
  const found = { policy: flows, era };
  answers.push(() => void say(port, { kind: 'flows-seen', attempt }, { look: found }));
}

/** An endpoint comes, and gets the best port there is; when there is none, the pool is about to have one. */
function come(walked: Walked): void {
  const { world, say, fail } = walked;
  const { network, endpoints } = world;
  // A few, which meet again and again, or so many that the pool has to grow.
  if (endpoints.size > (world.canTreat ? 4 : 12)) return;
  const port = bestPort(network, defaultAcls(network));
  if (port === undefined) {
    const { add } = planPool(network, {
      waiting: 1,
      isSettling: () => false,
      isLosingAcls: () => false,
    });
    const isComing = [...network.ports.values()].some(({ endpoint }) => endpoint === undefined);
    if (add === 0 && !isComing) fail('nobody makes a port for one that waits');
    return;
  }
  if (!say(port, { kind: 'claimed', endpoint: newEndpoint(walked) }))
    fail('the best port is taken');
}

function newEndpoint({ random }: Walked): AttachedEndpoint {
  return sampleEndpoint({ id: `e${random.pick([1, 2, 3])}` });
}

/** An endpoint moves to a port that carries its ACLs already. */
function move({ world, random, say, fail }: Walked, port: Port): void {
  const { acls } = random.pick([...world.network.ports.values()]);
  const better = betterPort(world.network, port, acls);
  if (better === undefined || !say(better, { kind: 'moved-in', from: port })) return;
  if (!say(port, { kind: 'moved-out' })) fail('an endpoint moved in, and not out');
}

/** Somebody opens the port of an endpoint; that its link is up is known some time. */
function open({ world, random, answers, say }: Walked): void {
  const port = random.pick(takenPorts(world.network));
  if (port === undefined) return;
  const { halts } = truthOf(world, port);
  const { attempt } = port;
  if (!say(port, { kind: 'opening', attempt }, { halts })) return;
  answers.push(() => void say(port, { kind: 'opened', attempt }, { halts }));
}

/** An event that depends on nothing but the port, with the numbers that somebody may have. */
function happen(kind: PortEvent['kind'], more: (walked: Walked, port: Port) => object): Act {
  return (walked) => {
    const port = anyPort(walked);
    if (port === undefined) return;
    const event = { kind, ...more(walked, port) } as PortEvent;
    if (walked.say(port, event) && kind === 'policy-chosen') load(walked, port);
  };
}

/** An event of an attempt of now that happens some time. */
function happenLater(kind: 'opening' | 'opened' | 'let-go'): Act {
  return onPort(({ world, answers, say }, port) => {
    const { halts } = truthOf(world, port);
    const { attempt } = port;
    answers.push(() => void say(port, { kind, attempt }, { halts }));
  });
}

function onPort(act: (walked: Walked, port: Port) => void): Act {
  return (walked) => {
    const port = anyPort(walked);
    if (port !== undefined) act(walked, port);
  };
}

const ofAttempt = (walked: Walked, port: Port) => ({ attempt: someAttempt(walked, port) });
const nothing = () => ({});

/** An answer comes: most are gone then, some come twice. */
function answer({ answers, random }: Walked): void {
  const one = random.pick(answers.map((_, index) => index));
  if (one === undefined) return;
  answers[one]?.();
  if (random.pick([true, true, true, false])) answers.splice(one, 1);
  // The oldest of too many come now, or never: they are of attempts that are over.
  while (answers.length > 40) answers.shift()?.();
}

const often: readonly Act[] = [
  tend,
  come,
  onPort(load),
  onPort(look),
  onPort(look),
  ...[answer, answer, answer, answer, answer, answer],
  ...[open, open, open],
];

/** What can happen, each as often as it stands here. */
export const acts: readonly Act[] = [
  ...[often, often, often, often].flat(),
  ...[onPort(move), onPort(move), onPort(move)],
  onPort(({ world: { network } }, port) => {
    for (const { ofPort } of portsToForgo([port])) network.ports.delete(ofPort);
  }),
  onPort(({ world, say }, port) => {
    // The switch loses flows, and somebody sees that.
    truthOf(world, port).flows = undefined;
    say(port, { kind: 'flows-lost' });
  }),
  happen('claimed', (walked) => ({ endpoint: newEndpoint(walked) })),
  happen('policy-chosen', (walked, port) => ({
    ...ofAttempt(walked, port),
    acls: walked.random.pick(policies),
    treatments: walked.random.pick([noTreatments, noTreatments, marked]),
  })),
  happen('policy-failed', (walked, port) => ({
    ...ofAttempt(walked, port),
    acls: walked.random.pick(policies),
  })),
  happen('withdrawn', (walked, port) => ({
    ...ofAttempt(walked, port),
    lost: walked.random.pick([true, false]),
  })),
  onPort((walked, port) => {
    if (walked.world.canTreat) return;
    const treatments = walked.random.pick([noTreatments, marked]);
    walked.say(port, { kind: 'treatments-noted', ...ofAttempt(walked, port), treatments });
  }),
  happen('let-go', ofAttempt),
  happen('opening', ofAttempt),
  happen('opened', ofAttempt),
  happenLater('let-go'),
  happenLater('opening'),
  happenLater('opened'),
  happen('held', nothing),
  happen('set-aside', ({ random }) => ({ phase: random.pick(['pending', 'refused']), reason })),
  happen('explained', () => ({ reason })),
  happen('doubted', nothing),
  happen('loss-dismissed', nothing),
  happen('offload-set', () => ({ tx: true })),
  happen('link-work', () => ({ work: Promise.resolve() })),
  happen('left', nothing),
  happen('rejoined', nothing),
  happen('given-back', () => ({ at: 7 })),
  happen('acls-dropped', ({ world }) => ({ acls: defaultAcls(world.network) })),
  happen('acls-defaulted', ({ random }) => ({ acls: random.pick(policies) })),
  happen('broken', nothing),
];
