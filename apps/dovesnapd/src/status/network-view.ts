import {
  type AttachedNetwork,
  endpointPhase,
  freePorts,
  type Port,
  type TakenPort,
  takenPorts,
} from '../domain/attached-network.ts';
import type { BridgeLink, Endpoint, ExternalPort, NetworkView } from '../domain/network.ts';
import type { NetworkSpec } from '../domain/network-spec.ts';
import type { Treatments } from '../domain/treatments.ts';
import { defaultAcls } from '../plan/policy/default-acls.ts';
import { sameAcls } from '../plan/policy/same-acls.ts';
import { unmetTreatment, unmetTreatments } from '../plan/policy/unmet-treatments.ts';

/** A network as the status server shows it. */
export function networkView(network: AttachedNetwork): NetworkView {
  const { spec } = network;
  const free = freePorts(network);
  return {
    spec,
    name: network.record.name,
    endpoints: takenPorts(network).map((port) => ({
      ...port.endpoint,
      ...shownPhase(port),
      networkId: spec.id,
      ofPort: port.ofPort,
      hostLink: port.hostLink,
      acls: port.acls,
      treatments: metTreatments(spec, port),
    })),
    freePorts: free.length,
    freePlainPorts: free.filter((port) => sameAcls(port.acls, defaultAcls(network))).length,
    totalPorts: network.ports.size,
    externalPorts: externalPorts(network),
    bridgeLinks: bridgeLinks(network),
    aclTroubles: network.observation.aclTroubles,
    notes: notesOf(network),
  };
}

/** A port that is open is none when its link is cut. */
function shownPhase(port: TakenPort): Pick<Endpoint, 'phase' | 'reason'> {
  const { trouble } = port.endpoint;
  return port.phase === 'open' && trouble?.isCut === true
    ? { phase: 'down', reason: `the container ${trouble.what}` }
    : { phase: endpointPhase(port), reason: port.reason };
}

function notesOf(network: AttachedNetwork): string[] {
  const { spec, record, notes } = network;
  const gateway = record.blocked.get(spec.bridge);
  const own = gateway === undefined ? [] : [`the gateway is closed: ${gateway}`];
  const sentences = [...notes.values()].map(({ sentence }) => sentence);
  return [...sentences, ...own, ...takenPorts(network).flatMap(containerNotes(network.spec))];
}

/** What is so of a container right now, and is told from its port alone. */
function containerNotes(spec: NetworkSpec): (port: TakenPort) => string[] {
  return ({ endpoint, phase, treatments }) => {
    const { trouble } = endpoint;
    const name = `container ${endpoint.container?.name ?? endpoint.id.slice(0, 12)}`;
    return [
      ...(trouble === undefined || phase !== 'open' ? [] : [`${name} ${trouble.what}`]),
      ...unmetTreatments(spec, treatments).map(({ what, why }) => `${name} ${what}: ${why}`),
    ];
  };
}

/** What is done to the traffic of a port, of what it asks for. */
function metTreatments(spec: NetworkSpec, { treatments }: Pick<Port, 'treatments'>): Treatments {
  return new Map([...treatments].filter(([name]) => unmetTreatment(spec, name) === undefined));
}

/** One whose device is gone is on the bridge by name only. */
function externalPorts({ spec, record, observation }: AttachedNetwork): ExternalPort[] {
  return observation.otherPorts.flatMap((port) => {
    const { name, kind, ofPort, mac, gone, vlan, acls, closed, peer } = port;
    if (peer !== undefined || ofPort === undefined || gone) return [];
    const machine = observation.machines.get(name);
    const shown = kind === 'patch' ? 'external' : kind;
    const why = closed ?? record.blocked.get(name);
    const treatments = metTreatments(spec, port);
    return [{ name, ofPort, mac, kind: shown, machine, vlan, acls, treatments, closed: why }];
  });
}

function bridgeLinks({ spec, record, observation }: AttachedNetwork): BridgeLink[] {
  const patches = observation.otherPorts.flatMap(({ name, ofPort, peer, closed }): BridgeLink[] =>
    peer === undefined || ofPort === undefined
      ? []
      : [{ name, kind: 'patch', ofPort, peer, closed: closed ?? record.blocked.get(name) }],
  );
  return [...spec.features.flatMap((feature) => feature.links?.() ?? []), ...patches];
}
