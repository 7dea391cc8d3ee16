import { sealLink, unsealLink } from '@dovesnap/netns';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import type { OtherPort } from '../../domain/other-ports.ts';
import { named } from '../../domain/words.ts';
import { findOtherPorts } from '../../plan/interfaces/find-other-ports.ts';
import {
  type OtherPortEdit,
  otherPortEdits,
  portsForFaucet,
} from '../../plan/interfaces/other-port-edits.ts';
import { isolationStep } from '../../plan/policy/isolation.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import { noteNumbers } from '../faucet/note-numbers.ts';
import { commitNetwork } from '../networks/commit-network.ts';
import type { Parts } from '../parts.ts';
import type { AddedPorts } from './added-ports.ts';
import { learnMachines } from './learn-machines.ts';

/** After Faucet or the switch has refused something, milliseconds until it is tried again. */
const pauseMs = 2000;

/** Keeps in Faucet, and in what is shown, the ports that no container is behind. */
export interface OtherPortsWatch {
  /** Compares a network's bridge with what Faucet has, and puts right in the background what differs. */
  look(network: AttachedNetwork): void;
}

/** Makes an {@link OtherPortsWatch}. Only the network's own turn `others` writes; looks that come meanwhile are one. */
export function otherPortsWatch(
  parts: Parts,
  desk: FaucetDesk,
  added: AddedPorts,
): OtherPortsWatch {
  const waiting = new WeakSet<AttachedNetwork>();
  const missed = new WeakSet<AttachedNetwork>();
  const learn = learnMachines(parts);
  /** Answers whether faucet.yaml took everything. */
  const act = async (network: AttachedNetwork): Promise<boolean> => {
    if (network.life.signal.aborted || !parts.ovs.live) return true;
    // A file that cannot be read now: what was in it when it could.
    const model = await desk.model().catch(() => desk.latest);
    if (model === undefined) return true;
    const ports = findOtherPorts(network, parts.ovs.state(), model, desk.problems);
    show(parts, network, ports);
    if (network.userspace) await closeToHost(parts, network, ports);
    if (!parts.serial.busy(`network:${network.spec.id}`)) await added.retake(network);
    learn(network, () => look(network));
    const dp = network.name ?? '';
    if (model.dps.get(dp)?.dpId !== network.dpid) return true;
    await noteNumbers(parts, network, portsForFaucet(network, ports, model));
    const edits = otherPortEdits(network, dp, ports, model);
    dropNotes(network, 'faucet port ', new Set(edits.map(({ name }) => `faucet port ${name}`)));
    const results = await Promise.all(edits.map((edit) => write(parts, desk, network, edit)));
    await forgetNumbers(parts, desk, network, ports);
    return !results.includes(false);
  };
  /** While the file cannot be changed, it is tried again when the file, Faucet or the switch has changed. */
  const rest = async (network: AttachedNetwork): Promise<void> => {
    waiting.add(network);
    await parts.clock.sleep(pauseMs, network.life.signal);
    waiting.delete(network);
  };
  const look = (network: AttachedNetwork): void => {
    if (network.life.signal.aborted) return;
    missed.add(network);
    if (waiting.has(network)) return;
    waiting.add(network);
    parts.serial
      .run(`others:${network.spec.id}`, () => {
        waiting.delete(network);
        missed.delete(network);
        return act(network);
      })
      .then(async (done) => {
        if (done) return;
        await rest(network);
        if (missed.delete(network)) look(network);
      })
      .catch(async (err: unknown) => {
        if (network.life.signal.aborted) return;
        parts.log.warn({ network: network.name, err }, 'ports of the bridge are not in order yet');
        await rest(network);
        look(network);
      });
  };
  return { look };
}

/** Tells status and log what there is, each thing once. */
function show(parts: Parts, network: AttachedNetwork, ports: readonly OtherPort[]): void {
  network.others.seen = ports;
  const said = new Map(
    ports.flatMap((port): [string, string][] => {
      const { name, closed, remark } = port;
      if (closed !== undefined) {
        return [[`port ${name}`, `port ${named(name)} is kept out of the network: ${closed}`]];
      }
      return remark === undefined ? [] : [[`port ${name}`, `port ${named(name)}: ${remark}`]];
    }),
  );
  dropNotes(network, 'port ', said);
  for (const [key, sentence] of said) note(parts, network, key, sentence);
}

function note(parts: Parts, network: AttachedNetwork, key: string, sentence: string): void {
  if (network.notes.get(key) === sentence) return;
  network.notes.set(key, sentence);
  parts.log.warn({ network: network.name }, sentence);
}

function dropNotes(
  network: AttachedNetwork,
  start: string,
  wanted: { has(key: string): boolean },
): void {
  for (const key of network.notes.keys()) {
    if (key.startsWith(start) && !wanted.has(key)) network.notes.delete(key);
  }
}

/**
 * On a userspace bridge the host's own stack hears what arrives on the devices that others have put there; those that
 * left the bridge are the host's again.
 */
async function closeToHost(
  parts: Parts,
  network: AttachedNetwork,
  ports: readonly OtherPort[],
): Promise<void> {
  const { sealed } = network.others;
  const there = new Map(
    ports
      .filter((port) => port.kind === 'external')
      .flatMap((port) => port.devices.map(({ name, ifindex }) => [name, ifindex] as const)),
  );
  const left = [...sealed.keys()].filter((name) => !there.has(name));
  await parts.host.apply(left.map(unsealLink));
  for (const name of left) sealed.delete(name);
  for (const [name, ifindex] of there) {
    if (sealed.get(name) === ifindex) continue;
    await parts.host.apply([sealLink(name)]);
    sealed.set(name, ifindex);
  }
}

async function forgetNumbers(
  parts: Parts,
  desk: FaucetDesk,
  network: AttachedNetwork,
  ports: readonly OtherPort[],
): Promise<void> {
  const { inFaucet } = network.others;
  const model = desk.latest ?? (await desk.model());
  const there = new Set([
    ...portsForFaucet(network, ports, model).map((port) => port.ofPort),
    ...(model.dps.get(network.name ?? '')?.interfaces ?? []).map((item) => item.number),
  ]);
  const gone = [...inFaucet.keys()].filter((ofPort) => !there.has(ofPort));
  if (gone.length === 0) return;
  for (const ofPort of gone) inFaucet.delete(ofPort);
  await commitNetwork(parts, network);
}

/** Each port by itself: what Faucet would refuse of one keeps no other out. */
async function write(
  parts: Parts,
  desk: FaucetDesk,
  network: AttachedNetwork,
  { name, edit }: OtherPortEdit,
): Promise<boolean> {
  const wait = { signal: network.life.signal, deadline: parts.config.attachTimeout };
  try {
    await desk.write(() => [edit, isolationStep(network)], wait);
    network.notes.delete(`faucet port ${name}`);
    return true;
  } catch (error) {
    if (network.life.signal.aborted) return true;
    note(parts, network, `faucet port ${name}`, `port ${named(name)}: ${(error as Error).message}`);
    return false;
  }
}
