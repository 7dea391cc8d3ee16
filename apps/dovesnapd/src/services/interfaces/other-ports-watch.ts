import { sealLink, unsealLink } from '@dovesnap/netns';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import type { NumberedEdit } from '../../domain/network-feature.ts';
import { removeNote } from '../../domain/network-notes.ts';
import {
  dropSeals,
  type NetworkObservation,
  observeOtherPorts,
  observeSeal,
} from '../../domain/network-observation.ts';
import { dropNumbers } from '../../domain/network-record.ts';
import type { OtherPort } from '../../domain/other-ports.ts';
import { named } from '../../domain/words.ts';
import { findOtherPorts } from '../../plan/interfaces/find-other-ports.ts';
import { otherPortEdits, portsForFaucet } from '../../plan/interfaces/other-port-edits.ts';
import { featureStep } from '../../plan/policy/feature-step.ts';
import type { Effect } from '../core/failures.ts';
import { type Note, replaceNotes } from '../core/notes.ts';
import type { Parts } from '../core/parts.ts';
import { noteWhileFileStays } from '../core/repair-notes.ts';
import { type Keeper, keeper } from '../core/upkeep.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import { noteNumbers } from '../faucet/note-numbers.ts';
import { commitNetwork } from '../records/commit-network.ts';
import { learnMachines } from './learn-machines.ts';

/** Start of the keys of the notes on ports that faucet.yaml does not take. */
const writeNote = 'faucet port ';

/** Keeps in Faucet, and in what is shown, the ports without a container: what Faucet has is that of the bridge. */
export type OtherPortsWatch = Keeper<AttachedNetwork>;

/** Makes an {@link OtherPortsWatch}. */
export function otherPortsWatch(parts: Parts, desk: FaucetDesk): OtherPortsWatch {
  const learn = learnMachines(parts);
  /** Answers whether faucet.yaml took everything. */
  const act = async (network: AttachedNetwork, again: boolean): Promise<boolean> => {
    if (!parts.ovs.live) return true;
    // A file that cannot be read now: what was in it when it could.
    const model = await desk.model().catch(() => desk.latest);
    if (model === undefined) return true;
    const ports = findOtherPorts(network, parts.ovs.state(), model, desk.problems);
    show(parts, network, ports);
    if (network.spec.userspace) await closeToHost(parts, network.observation, ports);
    learn(network, () => keep.look(network));
    const dp = network.record.name ?? '';
    if (model.dps.get(dp)?.dpId !== network.spec.dpid) return true;
    await noteNumbers(parts, network, portsForFaucet(network, ports, model));
    const edits = otherPortEdits(network, dp, ports, model);
    dropFailures(parts, network, edits);
    const results = await Promise.all(
      edits.map((edit) => write(parts, desk, network, edit, again)),
    );
    await forgetNumbers(parts, desk, network, ports);
    return !results.includes(false);
  };
  const keep = keeper<AttachedNetwork>(parts, {
    what: 'set up ports that others have added to the bridge',
    // What others change meanwhile is looked at when it changes.
    act: (network, why) => act(network, why === 'due'),
  });
  return keep;
}

/** Tells status and log what there is, each thing once. */
function show(parts: Parts, network: AttachedNetwork, ports: readonly OtherPort[]): void {
  observeOtherPorts(network.observation, ports);
  const said = ports.flatMap(({ name, closed, remark }): [string, Note][] => {
    if (closed !== undefined) {
      return [[name, { sentence: `port ${named(name)} is kept out of the network: ${closed}` }]];
    }
    return remark === undefined ? [] : [[name, { sentence: `port ${named(name)}: ${remark}` }]];
  });
  replaceNotes(parts, network, 'port', new Map(said));
}

/**
 * On a userspace bridge the host's own stack hears what arrives on the devices that others have put there; those that
 * left the bridge are the host's again.
 */
async function closeToHost(
  parts: Parts,
  observation: NetworkObservation,
  ports: readonly OtherPort[],
): Promise<void> {
  const there = new Map(
    ports
      .filter((port) => port.kind === 'external')
      .flatMap((port) => port.devices.map(({ name, ifindex }) => [name, ifindex] as const)),
  );
  const left = [...observation.sealed.keys()].filter((name) => !there.has(name));
  await parts.host.apply(left.map(unsealLink));
  dropSeals(observation, left);
  for (const [name, ifindex] of there) {
    if (observation.sealed.get(name) === ifindex) continue;
    await parts.host.apply([sealLink(name)]);
    observeSeal(observation, name, ifindex);
  }
}

async function forgetNumbers(
  parts: Parts,
  desk: FaucetDesk,
  network: AttachedNetwork,
  ports: readonly OtherPort[],
): Promise<void> {
  const model = desk.latest ?? (await desk.model());
  const there = new Set([
    ...portsForFaucet(network, ports, model).map((port) => port.ofPort),
    ...(model.dps.get(network.record.name ?? '')?.interfaces ?? []).map((item) => item.number),
  ]);
  const gone = [...network.record.inFaucet.keys()].filter((ofPort) => !there.has(ofPort));
  if (gone.length === 0) return;
  dropNumbers(network.record, gone);
  await commitNetwork(parts, network);
}

/** What the writing of a port to faucet.yaml is called among what fails. */
function writeOf(network: AttachedNetwork, name: string): Effect {
  return { what: `write port ${named(name)} to faucet.yaml`, network };
}

/** Of what has failed, only what is still to be written is wanted. */
function dropFailures(
  { failures }: Pick<Parts, 'failures'>,
  network: AttachedNetwork,
  edits: readonly NumberedEdit[],
): void {
  for (const key of network.notes.keys()) {
    const name = key.startsWith(writeNote) ? key.slice(writeNote.length) : undefined;
    if (name === undefined || edits.some((edit) => edit.name === name)) continue;
    removeNote(network.notes, key);
    failures.drop(writeOf(network, name));
  }
}

/** Each port by itself: what Faucet would refuse of one keeps no other out. */
async function write(
  parts: Parts,
  desk: FaucetDesk,
  network: AttachedNetwork,
  { name, edit }: NumberedEdit,
  again: boolean,
): Promise<boolean> {
  const wait = { signal: network.life.signal, deadline: parts.config.attachTimeout, again };
  const effect = writeOf(network, name);
  try {
    await desk.write(() => [edit, featureStep(network)], wait);
    removeNote(network.notes, `${writeNote}${name}`);
    parts.failures.clear(effect);
    return true;
  } catch (error) {
    if (network.life.signal.aborted) return true;
    const sentence = `port ${named(name)}: ${(error as Error).message}`;
    noteWhileFileStays(parts, network.notes, `${writeNote}${name}`, sentence);
    parts.failures.note(effect, error);
    return false;
  }
}
