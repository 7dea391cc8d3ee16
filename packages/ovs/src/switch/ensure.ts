import { type Clock, systemClock } from '../clock.ts';
import { isOvsError, OvsError } from '../error.ts';
import { joinColumns } from '../ovsdb/columns.ts';
import type { MonitorRequest, Ovsdb } from '../ovsdb/ovsdb-types.ts';
import type { Operation, Wait } from '../types.ts';
import { remaining } from '../wait.ts';
import { findBridge } from './find.ts';
import { planBridge, planRemoveBridge } from './plan-bridge.ts';
import { planPatch, planPorts, planRemovePorts } from './plan-ports.ts';
import { type EnsuredPort, readSettledPorts } from './read-ports.ts';
import { readSwitch } from './read-switch.ts';
import type {
  BridgeSpec,
  PatchSpec,
  PortSpec,
  SwitchReplica,
  SwitchState,
} from './switch-types.ts';
import { transactAndWait } from './transact-and-wait.ts';

/** Options for the `ensure*` functions. */
export interface EnsureOptions extends Wait {
  /** A replica to plan from, instead of reading the switch first. */
  readonly replica?: SwitchReplica | undefined;
  readonly clock?: Clock | undefined;
  /**
   * Additional columns that the plan needs, for the `columns` of bridges, ports and interfaces. They are always read
   * from the switch, even with a replica.
   */
  readonly columns?: MonitorRequest | undefined;
}

/**
 * The number of attempts when other clients change the same rows. Each failed attempt means that another client
 * committed first.
 */
const rounds = 10;

/**
 * Plans operations from the current state of the switch, commits them, and waits until ovs-vswitchd has applied them.
 * Plans again when the switch changed in the meantime. Does nothing when the plan is empty.
 * @throws OvsError the errors of `plan` and of `transactAndWait`; `CONFLICT` when other clients keep changing the same
 * rows.
 */
export async function ensure(
  db: Ovsdb,
  plan: (state: SwitchState) => readonly Operation[],
  options: EnsureOptions = {},
): Promise<void> {
  const { clock = systemClock, columns = {} } = options;
  const since = clock.now();
  const mayTake = options.replica?.synced && Object.keys(columns).length === 0;
  let refused: string | undefined;
  for (let round = 1; ; round++) {
    const limits = { ...remaining(options, since, clock), columns };
    const replica = round === 1 && mayTake ? options.replica?.current : undefined;
    const operations = plan(replica ?? (await readSwitch(db, limits)));
    if (operations.length === 0) return;
    try {
      await transactAndWait(db, operations, remaining(options, since, clock), clock);
      return;
    } catch (error) {
      // A name taken in the meantime is also a constraint violation. A retry makes sense only if the plan has changed.
      const text = JSON.stringify(operations);
      const raced =
        isOvsError(error, 'CONFLICT') || (isOvsError(error, 'CONSTRAINT') && text !== refused);
      if (!raced || round === rounds) throw error;
      refused = text;
    }
  }
}

/**
 * Creates or changes the bridge as wanted.
 * @throws OvsError as {@link ensure}; `MTU_REFUSED` when the local port does not have the wanted MTU.
 */
export async function ensureBridge(
  db: Ovsdb,
  spec: BridgeSpec,
  options: EnsureOptions = {},
): Promise<void> {
  const { clock = systemClock } = options;
  const since = clock.now();
  const columns = joinColumns({ Bridge: Object.keys(spec.columns ?? {}) }, options.columns);
  await ensure(db, (state) => planBridge(state, spec), { ...options, columns });
  if (spec.mtu === undefined) return;
  const local = { name: spec.name, mtu: spec.mtu };
  await readSettledPorts(db, spec.name, [local], remaining(options, since, clock), clock);
}

/**
 * Removes the bridge and everything on it, if it exists.
 * @throws OvsError as {@link ensure}.
 */
export function removeBridge(db: Ovsdb, name: string, options: EnsureOptions = {}): Promise<void> {
  return ensure(db, (state) => planRemoveBridge(state, name), options);
}

/**
 * Adds or changes the port as wanted. Returns its assigned port number.
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
 * Adds or changes these ports as wanted and leaves other ports unchanged. Returns the assigned port numbers. A port
 * that fails with `PORT_FAILED` or `MTU_REFUSED` stays in the database, as with ovs-vsctl.
 * @throws OvsError as {@link ensure}; `BRIDGE_NOT_FOUND`; `PORT_FAILED`, with the reason, when ovs-vswitchd could not
 * add a port; `MTU_REFUSED`, with the reason, when a port does not have the wanted MTU.
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
  const asked = specs.map((spec) => ({
    Interface: Object.keys(spec.interfaceColumns ?? {}),
    Port: Object.keys(spec.portColumns ?? {}),
  }));
  const columns = asked.reduce(joinColumns, options.columns ?? {});
  await ensure(db, plan, { ...options, columns });
  return await readSettledPorts(db, bridge, specs, remaining(options, since, clock), clock);
}

/**
 * Removes these ports from the bridge, if they exist.
 * @throws OvsError as {@link ensure}.
 */
export function removePorts(
  db: Ovsdb,
  bridge: string,
  names: readonly string[],
  options: EnsureOptions = {},
): Promise<void> {
  return ensure(db, (state) => planRemovePorts(state, bridge, names), options);
}

/**
 * Removes the port from the bridge, if it exists.
 * @throws OvsError as {@link ensure}.
 */
export function removePort(
  db: Ovsdb,
  bridge: string,
  name: string,
  options: EnsureOptions = {},
): Promise<void> {
  return removePorts(db, bridge, [name], options);
}

/**
 * Connects two bridges with a pair of patch ports.
 * @throws OvsError as {@link ensure}.
 */
export function ensurePatch(
  db: Ovsdb,
  ends: PatchSpec,
  options: EnsureOptions = {},
): Promise<void> {
  return ensure(db, (state) => planPatch(state, ends), options);
}
