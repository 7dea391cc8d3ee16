import {
  type AttachedEndpoint,
  type AttachedNetwork,
  type Port,
  takenPorts,
} from '../../domain/attached-network.ts';
import { gratuitousArp } from '../../domain/gratuitous-arp.ts';
import { nowhereToMirror } from '../../domain/mirror-words.ts';
import { portDescriptionEdit } from '../../plan/faucet/faucet-edits.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import { learnGateway } from '../networks/learn-gateway.ts';
import type { NetworkEvents } from '../networks/network-events.ts';
import type { Parts } from '../parts.ts';
import { identifyContainer, type Policy, policyOf } from '../policy/policy.ts';
import type { Registry } from '../registry.ts';
import { commitRecords } from './commit-records.ts';

/** What precedes and follows the opening of an endpoint's port. */
export interface Opening {
  /** Docker attaches the endpoint's container. */
  joining(endpoint: AttachedEndpoint): void;
  /** The container's policy. Undefined when Docker does not answer now. @throws DovesnapError when its labels are wrong. */
  decide(network: AttachedNetwork, port: Port): Promise<Policy | undefined>;
  /** The port is open: tells the record, faucet.yaml's readers, and the neighbours, none of which anybody waits for. */
  opened(network: AttachedNetwork, port: Port): void;
  /** The container on the port has another name: tells the record and faucet.yaml's readers. */
  renamed(network: AttachedNetwork, port: Port): void;
  /** The port is closed, its container has left: tells the log. */
  left(network: AttachedNetwork, port: Port): void;
  /** Nobody is on the port any more: tells faucet.yaml's readers. */
  vacated(network: AttachedNetwork, port: Port): void;
  /** The port stays closed: tells the record and the log why. */
  setAside(
    network: AttachedNetwork,
    port: Port,
    phase: 'pending' | 'refused',
    reason: string,
  ): void;
}

/** Makes {@link Opening}. */
export function opening(
  parts: Parts,
  registry: Registry,
  desk: FaucetDesk,
  events: Pick<NetworkEvents, 'joining' | 'settled' | 'left'>,
): Opening {
  /** Whoever waits for the opening is answered first: to begin a program alone holds this thread up for milliseconds. */
  const afterwards = (act: () => void): void => {
    void parts.clock.sleep(1).then(act);
  };
  const record = (network: AttachedNetwork, port: Port): void => {
    commitRecords(parts, network, [port]).catch((err: unknown) =>
      parts.log.warn({ ...namesOf(network, port), err }, 'the endpoint could not be recorded'),
    );
  };
  const describePort = (network: AttachedNetwork, port: Port): void => {
    if (desk.latest?.dps.get(network.name ?? '')?.dpId !== network.dpid) return;
    const edit = portDescriptionEdit(network.name ?? '', port);
    desk.later(`${network.spec.id}/${port.ofPort}`, edit);
  };
  return {
    joining: events.joining,
    decide: async (network, port) => {
      const { endpoint } = port;
      if (endpoint === undefined) return undefined;
      const identity = await identifyContainer(parts.docker, network.spec.id, endpoint.id);
      if (identity === undefined) return undefined;
      endpoint.container = identity.container;
      if (network.name === undefined) registry.setName(network, identity.network.name);
      await learnGateway(parts.docker, network, identity.network);
      const policy = policyOf(network, identity, parts.config.trustImageLabels);
      if (policy.mirror) noteMirror(parts, network, identity.container.name);
      return policy;
    },
    opened: (network, port) => {
      const { endpoint } = port;
      if (endpoint === undefined) return;
      endpoint.phase = 'open';
      endpoint.reason = undefined;
      parts.log.info(
        { ...namesOf(network, port), ofPort: port.ofPort, acls: port.acls },
        'the port is open',
      );
      events.settled(network, port);
      afterwards(() => {
        if (port.endpoint !== endpoint) return;
        describePort(network, port);
        record(network, port);
        announce(parts, network, port);
      });
    },
    renamed: (network, port) => {
      describePort(network, port);
      record(network, port);
    },
    left: (network, port) => {
      const { endpoint } = port;
      if (endpoint === undefined) return;
      events.left(network, port);
      endpoint.phase = 'left';
      parts.log.info(namesOf(network, port), 'the port is closed: its container has left');
    },
    vacated: (network, port) => {
      if (!takenPorts(network).some(({ mirrored }) => mirrored)) network.notes.delete(mirrorNote);
      describePort(network, port);
    },
    setAside: (network, port, phase, reason) => {
      const { endpoint } = port;
      if (endpoint === undefined) return;
      if (endpoint.phase === phase && endpoint.reason === reason) return;
      endpoint.phase = phase;
      endpoint.reason = reason;
      parts.log.warn({ ...namesOf(network, port), phase, reason }, 'the port is closed');
      events.settled(network, port);
      record(network, port);
    },
  };
}

/** Tells the neighbours where the endpoint's address is. */
function announce({ ofctl, log }: Parts, network: AttachedNetwork, port: Port): void {
  const packet = port.endpoint === undefined ? undefined : gratuitousArp(port.endpoint);
  if (packet === undefined) return;
  ofctl
    .packetOut(network.spec.bridge, { inPort: port.ofPort, packet })
    .catch((err: unknown) =>
      log.debug({ ...namesOf(network, port), err }, 'the address could not be announced'),
    );
}

/** Subject of the note on containers that ask to be mirrored in vain. */
const mirrorNote = 'mirror label';

/** Says of a container that asks to be mirrored when it cannot be. */
function noteMirror(parts: Parts, network: AttachedNetwork, container: string): void {
  if (network.mirrorPort !== undefined) return;
  const sentence = `container ${container} is not mirrored: ${nowhereToMirror}`;
  network.notes.set(mirrorNote, sentence);
  parts.log.warn({ network: network.name, container }, sentence);
}

function namesOf(network: AttachedNetwork, port: Port): object {
  return { network: network.name, container: port.endpoint?.container?.name };
}
