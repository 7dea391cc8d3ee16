import type { Clock } from '../clock.ts';
import { OvsError } from '../error.ts';
import type { Ovsdb } from '../ovsdb/ovsdb-types.ts';
import type { Wait } from '../types.ts';
import { remaining } from '../wait.ts';
import type { PortSpec } from './switch-types.ts';
import { transactAndWait } from './transact-and-wait.ts';

/** A port that exists on the switch. */
export interface EnsuredPort {
  readonly name: string;
  /** The port number assigned by ovs-vswitchd. */
  readonly ofPort: number;
}

type Wanted = Pick<PortSpec, 'name' | 'mtu'>;

interface ReadPort extends Wanted {
  /** Undefined: ovs-vswitchd has not processed the port yet. -1: ovs-vswitchd could not add it. */
  readonly ofPort: number | undefined;
  readonly error: string | undefined;
  readonly mtuInForce: number | undefined;
}

/**
 * The number of ovs-vswitchd's rounds after which a missing report counts as a failure. A port that another client
 * added is reported after one round. A changed MTU takes longer: ovs-vswitchd learns of it from the kernel after it has
 * reported that everything is applied, and reports it in the next round, unless its last report is still in progress
 * (Open vSwitch 3.1.0, bridge.c). That makes three rounds; two more are a margin.
 */
const rounds = 5;

/**
 * Reads the state of ports, once ovs-vswitchd has reported it.
 * @throws OvsError `PORT_FAILED`, `MTU_REFUSED`, and as `transactAndWait`.
 */
export async function readSettledPorts(
  db: Ovsdb,
  bridge: string,
  wanted: readonly Wanted[],
  wait: Wait,
  clock: Clock,
): Promise<readonly EnsuredPort[]> {
  const since = clock.now();
  for (let round = 0; ; round++) {
    if (round > 0) await transactAndWait(db, [], remaining(wait, since, clock), clock);
    const ports = await readPorts(db, wanted, remaining(wait, since, clock));
    if (round === rounds || ports.every(isSettled)) {
      return ports.map((port) => checkPort(bridge, port));
    }
  }
}

async function readPorts(
  db: Ovsdb,
  wanted: readonly Wanted[],
  wait: Wait,
): Promise<readonly ReadPort[]> {
  const columns = ['ofport', 'error', 'mtu'].filter((column) => db.hasColumn('Interface', column));
  const selects = wanted.map(({ name }) => ({
    op: 'select',
    table: 'Interface',
    where: [['name', '==', name]],
    columns,
  }));
  const results = await db.transact(selects, wait);
  return wanted.map(({ name, mtu }, index) => {
    const row = db.decodeRow('Interface', results[index]?.rows?.[0] ?? {});
    return {
      ...{ name, mtu },
      ofPort: row.ofport as number | undefined,
      error: row.error as string | undefined,
      mtuInForce: row.mtu as number | undefined,
    };
  });
}

function isSettled({ ofPort, mtu, mtuInForce }: ReadPort): boolean {
  return ofPort !== undefined && (mtu === undefined || mtu === mtuInForce);
}

function checkPort(
  bridge: string,
  { name, ofPort, error, mtu, mtuInForce }: ReadPort,
): EnsuredPort {
  const subject = { bridge, port: name };
  if (ofPort === undefined || ofPort < 0) {
    const why = error ?? 'it gave no port number';
    const message = `ovs-vswitchd could not add port ${name} to ${bridge}: ${why}`;
    throw new OvsError('PORT_FAILED', message, subject);
  }
  if (mtu === undefined || mtu === mtuInForce) return { name, ofPort };
  const has = mtuInForce === undefined ? 'ports of its kind have none' : `it has ${mtuInForce}`;
  const message = `Port ${name} on ${bridge} did not take the MTU ${mtu}: ${error ?? has}`;
  throw new OvsError('MTU_REFUSED', message, subject);
}
