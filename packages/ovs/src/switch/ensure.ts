import { type Clock, systemClock } from '../clock.ts';
import { isOvsError, OvsError } from '../error.ts';
import type { Operation, Ovsdb } from '../ovsdb/types.ts';
import type { Wait } from '../types.ts';
import { remaining } from '../wait.ts';
import { findBridge } from './find.ts';
import { planBridge, planRemoveBridge } from './plan-bridge.ts';
import { planPatch, planPorts, planRemovePorts } from './plan-ports.ts';
import { readSwitch } from './read-switch.ts';
import { transactAndWait } from './transact-and-wait.ts';
import type { BridgeSpec, PatchSpec, PortSpec, SwitchReplica, SwitchState } from './types.ts';

/** How an ensure function works. */
export interface EnsureOptions extends Wait {
  /** Saves reading the switch. */
  readonly replica?: SwitchReplica | undefined;
  readonly clock?: Clock | undefined;
}

/** A port as it came to be. */
export interface EnsuredPort {
  readonly name: string;
  /** The number that ovs-vswitchd really gave. */
  readonly ofPort: number;
}

/** Someone else wins a race against us at most this often before we give up: each round is one of their commits. */
const rounds = 10;

/**
 * Brings about what `plan` plans from the switch as it is, planning again when the switch changed meanwhile. Does nothing
 * when the plan is empty; resolves when ovs-vswitchd has applied it.
 * @throws OvsError what `plan` throws, and as `transactAndWait`; `CONFLICT` when others kept changing the same rows.
 */
export async function ensure(
  db: Ovsdb,
  plan: (state: SwitchState) => readonly Operation[],
  options: EnsureOptions = {},
): Promise<void> {
  const { clock = systemClock } = options;
  const since = clock.now();
  let refused: string | undefined;
  for (let round = 1; ; round++) {
    const limits = remaining(options, since, clock);
    const replica = round === 1 && options.replica?.synced ? options.replica.current : undefined;
    const operations = plan(replica ?? (await readSwitch(db, limits)));
    if (operations.length === 0) return;
    try {
      await transactAndWait(db, operations, remaining(options, since, clock), clock);
      return;
    } catch (error) {
      // A name taken meanwhile is a constraint violation too: it is worth a try only if the plan is now another one.
      const text = JSON.stringify(operations);
      const raced =
        isOvsError(error, 'CONFLICT') || (isOvsError(error, 'CONSTRAINT') && text !== refused);
      if (!raced || round === rounds) throw error;
      refused = text;
    }
  }
}

/** Makes the bridge as wanted. @throws OvsError as {@link ensure}. */
export function ensureBridge(
  db: Ovsdb,
  spec: BridgeSpec,
  options: EnsureOptions = {},
): Promise<void> {
  return ensure(db, (state) => planBridge(state, spec), options);
}

/** Removes the bridge with all that is on it, if it is there. @throws OvsError as {@link ensure}. */
export function removeBridge(db: Ovsdb, name: string, options: EnsureOptions = {}): Promise<void> {
  return ensure(db, (state) => planRemoveBridge(state, name), options);
}

/**
 * Makes the port as wanted and gives the port number that it really got.
 * @throws OvsError as {@link ensurePorts}.
 */
export async function ensurePort(
  db: Ovsdb,
  bridge: string,
  spec: PortSpec,
  options: EnsureOptions = {},
): Promise<EnsuredPort> {
  const [port] = await ensurePorts(db, bridge, [spec], options);
  return port as EnsuredPort;
}

/**
 * Makes these ports as wanted and gives the port numbers that they really got; others stay.
 * @throws OvsError as {@link ensure}; `BRIDGE_NOT_FOUND`; `PORT_FAILED` when ovs-vswitchd could not take a port up, with
 * its reason (the port stays in the database, as it does with ovs-vsctl).
 */
export async function ensurePorts(
  db: Ovsdb,
  bridge: string,
  specs: readonly PortSpec[],
  options: EnsureOptions = {},
): Promise<readonly EnsuredPort[]> {
  const { clock = systemClock } = options;
  const since = clock.now();
  const plan = (state: SwitchState): readonly Operation[] => {
    if (findBridge(state, bridge) !== undefined) return planPorts(state, bridge, specs);
    throw new OvsError('BRIDGE_NOT_FOUND', `There is no bridge ${bridge}`, { bridge });
  };
  await ensure(db, plan, options);
  const ports = await readOfPorts(db, specs, remaining(options, since, clock));
  if (ports.every(({ settled }) => settled)) return ports.map((port) => checkPort(bridge, port));
  // Another client put the port in and ovs-vswitchd has not come to it yet.
  await transactAndWait(db, [], remaining(options, since, clock), clock);
  const settled = await readOfPorts(db, specs, remaining(options, since, clock));
  return settled.map((port) => checkPort(bridge, port));
}

/** Removes these ports from the bridge, if they are there. @throws OvsError as {@link ensure}. */
export function removePorts(
  db: Ovsdb,
  bridge: string,
  names: readonly string[],
  options: EnsureOptions = {},
): Promise<void> {
  return ensure(db, (state) => planRemovePorts(state, bridge, names), options);
}

/** Removes the port from the bridge, if it is there. @throws OvsError as {@link ensure}. */
export function removePort(
  db: Ovsdb,
  bridge: string,
  name: string,
  options: EnsureOptions = {},
): Promise<void> {
  return removePorts(db, bridge, [name], options);
}

/** Joins two bridges by a pair of patch ports. @throws OvsError as {@link ensure}. */
export function ensurePatch(
  db: Ovsdb,
  ends: PatchSpec,
  options: EnsureOptions = {},
): Promise<void> {
  return ensure(db, (state) => planPatch(state, ends), options);
}

interface ReadPort {
  readonly name: string;
  readonly ofPort: number | undefined;
  readonly error: string | undefined;
  readonly settled: boolean;
}

async function readOfPorts(
  db: Ovsdb,
  specs: readonly PortSpec[],
  wait: Wait,
): Promise<readonly ReadPort[]> {
  const selects = specs.map(({ name }) => ({
    op: 'select',
    table: 'Interface',
    where: [['name', '==', name]],
    columns: ['ofport', 'error'],
  }));
  const results = await db.transact(selects, wait);
  return specs.map(({ name }, index) => {
    const row = db.decodeRow('Interface', results[index]?.rows?.[0] ?? {});
    const ofPort = row.ofport as number | undefined;
    return {
      name,
      ofPort: ofPort === -1 ? undefined : ofPort,
      error: row.error as string | undefined,
      settled: ofPort !== undefined,
    };
  });
}

function checkPort(bridge: string, { name, ofPort, error }: ReadPort): EnsuredPort {
  if (ofPort !== undefined) return { name, ofPort };
  const why = error ?? 'it gave no port number';
  throw new OvsError(
    'PORT_FAILED',
    `ovs-vswitchd could not add port ${name} to ${bridge}: ${why}`,
    {
      bridge,
      port: name,
    },
  );
}
