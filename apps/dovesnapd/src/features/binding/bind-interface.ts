import { type Change, type Link, setLink, setMerging, unsealLink } from '@dovesnap/netns';
import { findPort, isOvsError, planPorts, planRemovePorts } from '@dovesnap/ovs';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { flowsMs } from '../../domain/flows-ms.ts';
import { allowAllAcl } from '../../domain/names.ts';
import { removeNote, setNote } from '../../domain/network-notes.ts';
import { recordTaken } from '../../domain/network-record.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import { noTreatments } from '../../domain/treatments.ts';
import { hostPortSpecs } from '../../plan/interfaces/host-port-specs.ts';
import { closeDevice, hadBy, moveDevice } from '../../plan/interfaces/taken-devices.ts';
import { rowOf } from '../../plan/networks/row-of.ts';
import type { Parts } from '../../services/core/parts.ts';
import { poolTurn } from '../../services/core/pool-turn.ts';
import type { Flows } from '../../services/flows/flows.ts';
import { hasNumber } from '../../services/interfaces/has-number.ts';
import { openAgain } from '../../services/interfaces/open-again.ts';
import { commitNetwork } from '../../services/records/commit-network.ts';
import { boundDevice, renewed } from './bound-device.ts';

/**
 * Puts right what an interface that has been bound before lacks: the addresses and routes on a local port that is a new
 * device, a seal, a device that went and came back. Answers false when there is something to bind first.
 */
export async function keepBound(
  parts: Parts,
  network: AttachedNetwork,
  name: string,
): Promise<boolean> {
  const { host, clock } = parts;
  const before = network.record.taken.get(name);
  if (before?.moved !== true || network.life.signal.aborted) return false;
  const link = await host.link(name);
  const local = await host.link(network.spec.bridge);
  const routes = await host.routes();
  const own = link === undefined ? undefined : hadBy(link, routes, clock.now());
  if (own !== undefined && own.addresses.length + own.routes.length > 0) return false;
  if (local === undefined) return true;
  const now = clock.now();
  const changes = moveDevice(before, { from: undefined, to: local, routes, now });
  await host.apply(changes);
  if (link === undefined) return true;
  await host.apply(closeDevice(network.spec, name));
  const isOther = link.ifindex !== before.ifindex;
  // Where nothing else has changed, whoever has taken it down wants it so.
  if (isOther || changes.length > 0) await host.apply([setLink(name, { up: true })]);
  if (!isOther) return true;
  recordTaken(network.record, name, { ...before, ifindex: link.ifindex });
  await commitNetwork(parts, network);
  if (network.spec.userspace) await openAgain(parts, network, name);
  return true;
}

/** Answers whether the interface is where it belongs; if not, all of it is as before. */
export async function bindOrUndo(
  parts: Parts,
  flows: Flows,
  network: AttachedNetwork,
  name: string,
): Promise<boolean> {
  try {
    await bind(parts, flows, network, name);
    removeNote(network.notes, 'bind');
    return true;
  } catch (error) {
    return undo(parts, network, name, error as Error);
  }
}

/** Puts all of it back as before and says why; answers that the interface is not where it belongs. */
export async function undo(
  parts: Parts,
  network: AttachedNetwork,
  name: string,
  error: Error,
): Promise<false> {
  if (parts.signal.aborted || network.life.signal.aborted) return false;
  const left = await unbind(parts, network, name).then(
    () => '',
    (cause: unknown) => `; it could not be put back as it was: ${(cause as Error).message}`,
  );
  const why = `interface ${name} is not bound: ${error.message}${left}`;
  setNote(network.notes, 'bind', { sentence: why });
  parts.log.error({ network: network.record.name, err: error }, why);
  return false;
}

/** Puts the interface on the bridge, waits for its flows, and moves in one go what it has. */
async function bind(
  parts: Parts,
  flows: Flows,
  network: AttachedNetwork,
  name: string,
): Promise<void> {
  const { host, ovs, clock } = parts;
  const { bridge } = network.spec;
  const link = await linkToBind(parts, network.spec, name);
  const local = await host.link(bridge);
  if (local === undefined) throw failed(`bridge ${bridge} has no local port`);
  const routes = await host.routes();
  const before = network.record.taken.get(name);
  if (before === undefined) throw failed('this host had no such interface');
  const around = { link, local, routes, now: clock.now() };
  const taken = { ...boundDevice(before, around), moved: true };
  const isFirst = before.moved !== true;
  recordTaken(network.record, name, taken);
  await commitNetwork(parts, network);
  const specs = hostPortSpecs(network, network.spec.engineId).filter((spec) => spec.name === name);
  const isOther = before.ifindex !== link.ifindex;
  if (isOther && network.spec.userspace && rowOf(ovs.state(), network.spec, name) !== undefined)
    await openAgain(parts, network, name);
  else {
    // Beside whoever repairs the bridge just now, both would put it there.
    const add = () => ovs.commit((state) => planPorts(state, bridge, specs));
    await poolTurn(parts, network, add);
  }
  await ovs.until((state) => hasNumber(state, network.spec, name));
  const ofPort = rowOf(ovs.state(), network.spec, name)?.ofPort ?? 0;
  if (ofPort !== taken.ofPort) {
    throw failed(`Open vSwitch gave it number ${ofPort} and not ${taken.ofPort}`);
  }
  // Without a carrier nothing passes either way, and Faucet gives it its flows when the carrier comes.
  if (link.running) await untilFlows(flows, network, ofPort);
  const changes = moveDevice(taken, { from: link, to: local, routes, now: clock.now() });
  await host.apply([setLink(name, { up: true }), ...changes]);
  await host.apply(closeDevice(network.spec, name));
  if (changes.length === 0 && !isFirst) return;
  const addresses = taken.addresses.map((item) => item.address);
  parts.log.info(
    { network: network.record.name, interface: name, addresses },
    'an interface is bound',
  );
}

/** @throws DovesnapError `PORT_FAILED` when they do not come in time. */
async function untilFlows(flows: Flows, network: AttachedNetwork, ofPort: number): Promise<void> {
  const port = {
    ofPort,
    acls: [allowAllAcl],
    treatments: noTreatments,
    isContainers: false,
  } as const;
  const wait = { signal: network.life.signal, deadline: flowsMs };
  try {
    await flows.untilCarries(network, port, wait);
  } catch (error) {
    if (!isOvsError(error, 'TIMEOUT')) throw error;
    throw failed(`its port had no flows after ${flowsMs / 1000} s: is Faucet running?`);
  }
}

/** @throws DovesnapError `PORT_FAILED` when the interface is not there, or is another's by now. */
async function linkToBind(parts: Parts, spec: NetworkSpec, name: string): Promise<Link> {
  const link = await parts.host.link(name);
  if (link === undefined) throw failed('this host has no such interface');
  const found = findPort(parts.ovs.state(), name)?.bridge.name;
  const master = found ?? link.master;
  if (master !== undefined && found !== spec.bridge) throw failed(`it is on ${master}`);
  return link;
}

/**
 * The way back, as far as it was gone: first the addresses, so that the host never is without, then the port. What one
 * step cannot do keeps the next from nothing.
 */
export async function unbind(parts: Parts, network: AttachedNetwork, name: string): Promise<void> {
  const { host, ovs, clock } = parts;
  const { bridge } = network.spec;
  const recorded = network.record.taken.get(name);
  if (recorded?.moved !== true) return;
  if (network.spec.userspace) await host.apply([unsealLink(name)]);
  const link = await host.link(name);
  const ours = [undefined, bridge].includes(findPort(ovs.state(), name)?.bridge.name);
  if (link !== undefined && ours) {
    await host.apply([setLink(name, { up: true })]);
    const local = await host.link(bridge);
    const taken = renewed(recorded, local, clock.now());
    const routes = await host.routes();
    const changes = moveDevice(taken, { from: local, to: link, routes, now: clock.now() });
    const open = network.spec.userspace ? [setMerging(name, taken.merging)] : [];
    await applyAll(parts, network, [...changes, ...open]);
  }
  recordTaken(network.record, name, { ...recorded, moved: false });
  await ovs.commit((state) => planRemovePorts(state, bridge, [name]));
  await commitNetwork(parts, network);
  await ovs.settled();
}

/** In one go; when something is in the way, what else can be done is done. */
async function applyAll(
  { host, log }: Parts,
  network: AttachedNetwork,
  changes: readonly Change[],
): Promise<void> {
  try {
    await host.apply(changes);
  } catch {
    for (const change of changes) {
      await host
        .apply([change])
        .catch((err: unknown) => log.error({ network: network.record.name, err }, 'not as it was'));
    }
  }
}

function failed(why: string): DovesnapError {
  return new DovesnapError('PORT_FAILED', why);
}
