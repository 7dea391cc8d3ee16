import { type Flow, inPortOf } from '@dovesnap/ovs';
import type { World } from './open-world.ts';
import {
  allOf,
  commands,
  removeAll,
  type Step,
  type StepMaker,
  type Walked,
} from './walk-commands.ts';
import { changeAcl, changeDerivedAcl, takeAclAway, takeMirrorAway } from './walk-edits.ts';
import { bringBack, type Fault, faultsOf, newDaemon, refuseLate } from './walk-faults.ts';
import { daemonName, portOf } from './walk-ports.ts';
import { cutRebuild, loseWhilePending } from './walk-races.ts';

/** What can happen, each as often as it stands here; undefined: not now. */
const actions: readonly StepMaker[] = [
  ...commands,
  ...[trouble, trouble, trouble, trouble, trouble, trouble],
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
  ...[database, vswitchd, vswitchd],
  ({ world: { engine } }) =>
    engine.isUp ? ['Docker stops to answer', engine.stop] : ['Docker answers', engine.start],
  ({ world: { engine, docker } }) =>
    engine.isUp ? ['dockerd is killed', docker.crash] : undefined,
  ...[deleteFlows, deleteFlows, deleteFlows],
  ...[takeAclAway, takeAclAway, takeMirrorAway, changeDerivedAcl],
  ...[changeAcl, changeAcl, flushRules, flushRules],
  ...[startAgain, cutRebuild, cutRebuild],
  ...[loseWhilePending, loseWhilePending, loseWhilePending],
];

/** Chooses what happens next, of what can happen now. */
export function nextStep(walked: Walked): Step {
  for (;;) {
    const step = walked.random.pick(actions)(walked);
    if (step !== undefined) return step;
  }
}

/** Removes everything at the end of a walk, in most walks while something is away for a time. */
export function lastStep({ world, random }: Walked): Step {
  const fault = random.pick([...faultsOf(world), newDaemon(world), undefined]);
  const lastsMs = random.pick([5, 500, 8000, 20_000]);
  const act = async (): Promise<void> => {
    await allOf([
      ...(fault === undefined ? [] : [during(world, fault, lastsMs)]),
      world.time.sleep(random.pick([0, 5])).then(() => removeAll(world)),
    ]);
    bringBack(world);
  };
  return [`everything is removed; ${fault?.what ?? 'nothing'} for ${lastsMs} ms`, act];
}

/** Something goes away around the time of a command, or two things: for a time, or until all is brought back. */
function trouble(walked: Walked): Step | undefined {
  const { world, random, busy } = walked;
  const [what, act, ...names] = random.pick(commands)(walked) ?? [];
  if (what === undefined || act === undefined) return undefined;
  const isBusy = busy.has(daemonName);
  const all = [...faultsOf(world), ...(isBusy ? [] : [newDaemon(world)])];
  const first = random.pick(all);
  const second = random.pick([undefined, ...faultsOf(world)]);
  const faults = [first, ...(second === undefined ? [] : [second])].map((fault) => ({
    fault,
    afterMs: random.pick([0, 0, 5, 50, 300, 3000]),
    lastsMs:
      fault.what === newDaemon(world).what
        ? random.pick([0, 50, 3000])
        : random.pick([undefined, 5, 50, 500, 3000, 20_000]),
  }));
  const commandMs = random.pick([0, 0, 5, 50, 300]);
  const later = async <T>(ms: number, done: () => T): Promise<T> => {
    await world.time.sleep(ms);
    return done();
  };
  const both = (): Promise<void> =>
    allOf([
      ...faults.map(({ fault, afterMs, lastsMs }) =>
        later(afterMs, () => during(world, fault, lastsMs)),
      ),
      later(commandMs, act),
    ]);
  const told = faults.map(
    ({ fault, afterMs, lastsMs }) => `${fault.what} after ${afterMs} ms for ${lastsMs} ms`,
  );
  const daemons = first.what === newDaemon(world).what ? [daemonName] : [];
  return [`${told.join(', ')}; ${what} after ${commandMs} ms`, both, ...names, ...daemons];
}

function startAgain({ world, busy }: Walked): Step | undefined {
  if (busy.has(daemonName)) return undefined;
  return ['the daemon starts again', () => during(world, newDaemon(world), 0), daemonName];
}

/** Lets something be away for a time; undefined: until it is brought back. */
async function during({ time }: World, fault: Fault, ms: number | undefined): Promise<void> {
  await fault.begin();
  if (ms === undefined) return;
  await time.sleep(ms);
  await fault.end();
}

function allIsBack({ world }: Walked): Step {
  return ['everything comes back', () => bringBack(world)];
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

/** Somebody empties a table of the host's firewall, and our rules go with the rest. */
function flushRules({ world: { iptables }, random }: Walked): Step {
  const table = random.pick(['filter', 'nat'] as const);
  return [`somebody flushes table ${table}`, () => iptables.flush('ipv4', table)];
}
