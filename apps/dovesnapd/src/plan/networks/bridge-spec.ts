import type { BridgeSpec, PortSpec } from '@dovesnap/ovs';
import {
  type AttachedNetwork,
  endpointPhase,
  type Port,
  type TakenPort,
} from '../../domain/attached-network.ts';
import { uplinkOf } from '../../domain/host-ports.ts';
import { deriveMac } from '../../domain/names.ts';
import { treatmentsOn } from '../../domain/network-feature.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import {
  type BridgeRecord,
  type EndpointRecord,
  formatBridgeRecord,
  formatPortRecord,
  type PortRecord,
} from '../../domain/record.ts';

/**
 * Longest wait before OVS connects to Faucet again, milliseconds. With OVS's default (8 s) a new or restarted
 * controller takes eight seconds to be noticed.
 */
const maxBackoffMs = 1000;

/** OVS drops a controller that is silent this long; Faucet is silent while it reloads, seconds with many ports. */
const inactivityProbeMs = 120_000;

/**
 * How many packets the switch sends Faucet a second. Faucet learns from them, and from copies only, so it can do without
 * most. With no limit it stops reading for good when more come, while it is busy, than fit into the socket (3 MB; faucet
 * 1.10.12 with os-ken 2.5.0): it waits for the switch to read, the switch for it.
 */
const packetsPerSecond = 200;

/** What a bridge's row remembers of its network. */
export function bridgeRecord(network: AttachedNetwork, engineId: string): BridgeRecord {
  return {
    engineId,
    networkId: network.spec.id,
    name: network.record.name,
    request: network.spec.request,
    gatewayGiven: network.record.gatewayGiven,
    gatewayBefore: network.record.gatewayBefore,
    createdAt: network.spec.createdAt,
    mtu: network.spec.mtu,
    inFaucet: network.record.inFaucet,
    taken: network.record.taken,
    blocked: [...network.record.blocked.keys()],
  };
}

/** The bridge of a network. Controllers are named only once Faucet knows the datapath: else it would hang up on it. */
export function bridgeSpec(
  network: AttachedNetwork,
  engineId: string,
  options: { readonly controllers: boolean },
): BridgeSpec {
  return {
    name: network.spec.bridge,
    datapathType: network.spec.userspace ? 'netdev' : 'system',
    datapathId: network.spec.dpid,
    failMode: 'secure',
    mtu: network.spec.mtu,
    hwaddr: bridgeMac(network),
    disableInBand: true,
    externalIds: formatBridgeRecord(bridgeRecord(network, engineId)),
    ...(options.controllers
      ? {
          controllers: network.spec.controllers.map((target) => ({
            target,
            maxBackoff: maxBackoffMs,
            inactivityProbe: inactivityProbeMs,
            rateLimit: packetsPerSecond,
            connectionMode: 'out-of-band',
          })),
        }
      : {}),
  };
}

/** The MAC of the bridge's own port; undefined: Open vSwitch chooses. */
export function bridgeMac(network: Pick<AttachedNetwork, 'spec' | 'record'>): string | undefined {
  return network.spec.localMac ?? uplinkMac(network) ?? gatewayMac(network.spec);
}

/** The host keeps the MAC by which its neighbours know it. */
function uplinkMac(network: Pick<AttachedNetwork, 'spec' | 'record'>): string | undefined {
  return network.record.taken.get(uplinkOf(network.spec)?.name ?? '')?.mac;
}

/**
 * The MAC of a gateway is that of its address, as with containers: when the switch recreates the device, nobody keeps a
 * wrong one (Linux does for half a minute).
 */
function gatewayMac(spec: NetworkSpec): string | undefined {
  const gateway = spec.subnets.find((subnet) => subnet.gateway !== undefined)?.gateway;
  if (spec.mode === 'flat' || gateway === undefined) return undefined;
  return deriveMac(spec.id, { address: gateway.split('/')[0] ?? gateway });
}

/** What an interface's row remembers of a port. */
export function portRecord(spec: NetworkSpec, port: Port, engineId: string): PortRecord {
  return {
    engineId,
    networkId: spec.id,
    acls: port.acls,
    treatments: port.treatments,
    freedAt: port.freedAt,
    dirty: port.phase === 'dirty',
    txOffload: port.txOffload,
    endpoint: port.endpoint === undefined ? undefined : endpointRecord(port),
  };
}

function endpointRecord(port: TakenPort): EndpointRecord {
  const { trouble: _, ...record } = port.endpoint;
  return { ...record, phase: endpointPhase(port), reason: port.reason };
}

/** A warm port in OVS. */
export function portSpec(spec: NetworkSpec, port: Port, engineId: string): PortSpec {
  return {
    name: port.hostLink,
    ofPortRequest: port.ofPort,
    externalIds: formatPortRecord(portRecord(spec, port, engineId), treatmentsOn(spec)),
  };
}
