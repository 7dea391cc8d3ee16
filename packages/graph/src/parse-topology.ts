import { GraphError } from './error.ts';
import {
  member,
  oneOf,
  type Placed,
  readBoolean,
  readList,
  readOptional,
  readText,
  wholeNumber,
} from './read-value.ts';
import type {
  Topology,
  TopologyBridge,
  TopologyGateway,
  TopologyLink,
  TopologyPort,
} from './types.ts';

/** OpenFlow 1.3 port numbers have 32 bits. VLAN ids have 12, and 0 and 4095 are reserved (IEEE 802.1Q). */
const readPort = wholeNumber(0, 0xffff_ffff);
const readVlan = wholeNumber(1, 4094);
const readCount = wholeNumber(0, Number.MAX_SAFE_INTEGER);
const readMtu = wholeNumber(1, 65_535);
const readMode = oneOf('flat', 'nat', 'routed');

/**
 * Parses a topology from JSON text and checks every field. Unknown fields are dropped, so that newer daemons can be
 * drawn too.
 *
 * @throws GraphError `INVALID_TOPOLOGY` with the field in `subject`, e.g. `bridges[0].ports[3].ofPort`.
 */
export function parseTopology(json: string): Topology {
  return checkTopology(parseJson(json));
}

/**
 * Checks every field of a value and returns it as a topology, without fields that are unknown, null or empty text.
 * Every function that draws or prints a topology runs this check first, so it accepts exactly what
 * {@link parseTopology} accepts.
 *
 * @throws GraphError `INVALID_TOPOLOGY` with the field in `subject`.
 */
export function checkTopology(value: unknown): Topology {
  const root = { value, path: '' };
  return {
    ...readOptional<Pick<Topology, 'title' | 'links'>>(root, {
      title: readText,
      links: (at) => readList(at, readLink),
    }),
    bridges: readList(member(root, 'bridges'), readBridge),
  };
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GraphError('INVALID_TOPOLOGY', `The topology is not JSON: ${reason}`, { cause });
  }
}

function readBridge(at: Placed): TopologyBridge {
  return {
    name: readText(member(at, 'name')),
    ...readOptional<Omit<TopologyBridge, 'name' | 'ports'>>(at, {
      network: readText,
      mode: readMode,
      dpid: readText,
      vlan: readVlan,
      outAcl: readText,
      mtu: readMtu,
      userspace: readBoolean,
      icc: readBoolean,
      mac: readText,
      controllers: (controllers) => readList(controllers, readText),
      readyPorts: readCount,
      gateway: readGateway,
    }),
    ports: readList(member(at, 'ports'), readTopologyPort),
  };
}

function readGateway(at: Placed): TopologyGateway {
  return {
    address: readText(member(at, 'address')),
    mode: oneOf('nat', 'routed')(member(at, 'mode')),
    ...readOptional<Pick<TopologyGateway, 'mac' | 'acl'>>(at, { mac: readText, acl: readText }),
  };
}

function readTopologyPort(at: Placed): TopologyPort {
  return {
    name: readText(member(at, 'name')),
    ...readOptional<Omit<TopologyPort, 'name'>>(at, {
      kind: oneOf('container', 'physical', 'external', 'coprocessor'),
      mac: readText,
      ip: readText,
      ofPort: readPort,
      vlan: readVlan,
      acl: readText,
      mirrored: readBoolean,
      state: readText,
    }),
  };
}

function readLink(at: Placed): TopologyLink {
  return {
    from: readEnd(member(at, 'from')),
    to: readEnd(member(at, 'to')),
    ...readOptional<Pick<TopologyLink, 'kind'>>(at, { kind: oneOf('patch', 'stack', 'mirror') }),
  };
}

function readEnd(at: Placed): TopologyLink['from'] {
  return {
    bridge: readText(member(at, 'bridge')),
    ...readOptional<Pick<TopologyLink['from'], 'ofPort'>>(at, { ofPort: readPort }),
  };
}
