import type { AttachedEndpoint, AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { gratuitousArp } from '../../domain/gratuitous-arp.ts';
import type { NetworkRecord } from '../../domain/network-record.ts';
import { tellPort } from '../../domain/port-life.ts';
import { portDescriptionEdit } from '../../plan/faucet/faucet-edits.ts';
import { unmetTreatments } from '../../plan/policy/unmet-treatments.ts';
import type { NetworkEvents } from '../core/network-events.ts';
import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import { identifyContainer, type Policy, policyOf } from '../policy/policy.ts';
import { keepRecording } from '../records/commit-records.ts';
import { learnGateway } from '../records/learn-gateway.ts';

/** What precedes and follows the opening of an endpoint's port. */
export interface Opening {
  /** Docker attaches the endpoint's container. */
  joining(endpoint: AttachedEndpoint): void;
  /** The container's policy. Undefined when Docker does not answer now. @throws DovesnapError when its labels are wrong. */
  decide(network: AttachedNetwork, port: Port): Promise<Policy | undefined>;
  /**
   * The port is open, by this proof: tells the record, faucet.yaml's readers, and the neighbours, none of which anybody
   * waits for.
   */
  opened(network: AttachedNetwork, port: Port, proof: number): void;
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
    const { endpoint } = port;
    keepRecording(parts, network, port, {
      what: `record the endpoint on port ${port.ofPort}`,
      wanted: () => port.endpoint === endpoint,
    });
  };
  const describePort = (network: AttachedNetwork, port: Port): void => {
    if (desk.latest?.dps.get(network.record.name ?? '')?.dpId !== network.spec.dpid) return;
    const edit = portDescriptionEdit(network.record.name ?? '', port);
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
      if (network.record.name === undefined) registry.setName(network, identity.network.name);
      await learnGateway(parts.docker, network, identity.network);
      const policy = policyOf(network, identity, parts.config.trustImageLabels);
      sayUnmet(parts, network, identity.container.name, policy);
      return policy;
    },
    opened: (network, port, proof) => {
      const { endpoint } = port;
      if (!tellPort(port, { kind: 'opened', attempt: proof })) return;
      parts.log.info(
        { ...namesOf(network.record, port), ofPort: port.ofPort, acls: port.acls },
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
      if (port.endpoint === undefined) return;
      events.left(network, port);
      tellPort(port, { kind: 'left' });
      parts.log.info(namesOf(network.record, port), 'the port is closed: its container has left');
    },
    vacated: (network, port) => {
      describePort(network, port);
    },
    setAside: (network, port, phase, reason) => {
      if (port.phase === phase && port.reason === reason) return;
      if (!tellPort(port, { kind: 'set-aside', phase, reason })) return;
      parts.log.warn({ ...namesOf(network.record, port), phase, reason }, 'the port is closed');
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
      log.debug({ ...namesOf(network.record, port), err }, 'the address could not be announced'),
    );
}

/** Says what a container asks for and does not get; `/networks` tells it from the port. */
function sayUnmet(
  parts: Parts,
  network: AttachedNetwork,
  container: string,
  { treatments }: Policy,
): void {
  for (const { what, why } of unmetTreatments(network.spec, treatments)) {
    const sentence = `container ${container} ${what}: ${why}`;
    parts.log.warn({ network: network.record.name, container }, sentence);
  }
}

function namesOf(record: NetworkRecord, port: Port): object {
  return { network: record.name, container: port.endpoint?.container?.name };
}
