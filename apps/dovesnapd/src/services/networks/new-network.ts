import { findBoundPort } from '../../domain/added-ports.ts';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { deriveDpid } from '../../domain/names.ts';
import type { NetworkSpec } from '../../domain/network.ts';
import { parseNetworkRequest } from '../../domain/network-options.ts';
import { noOtherPorts } from '../../domain/other-ports.ts';
import type { CreateNetworkRequest } from '../../plugin/driver.ts';
import { mirrorPort } from '../mirror/mirror-port.ts';
import type { Parts } from '../parts.ts';
import type { Registry } from '../registry.ts';

/** The MTU of Ethernet, for networks that name none, unless an uplink has less. */
const ethernetMtu = 1500;

/** When a network was made, by which engine, and with which MTU where that is remembered. */
export interface NetworkBirth extends Pick<AttachedNetwork, 'createdAt' | 'engineId'> {
  readonly mtu?: number | undefined;
}

/**
 * Makes a network that nothing is on from Docker's request, without touching the switch.
 * @throws DovesnapError `BAD_OPTION`.
 */
export async function newNetwork(
  parts: Parts,
  request: CreateNetworkRequest,
  { createdAt, engineId, mtu }: NetworkBirth,
): Promise<AttachedNetwork> {
  const { spec, warnings } = parseNetworkRequest(request);
  for (const warning of warnings) parts.log.warn({ bridge: spec.bridge }, warning);
  const userspace = spec.userspace ?? !parts.machine.hasKernelDatapath();
  if (!userspace && !parts.machine.hasKernelDatapath()) {
    throw new DovesnapError(
      'BAD_OPTION',
      'option ovs.bridge.userspace cannot be false here: the kernel has no openvswitch datapath',
    );
  }
  const mirror = mirrorPort(parts, spec, userspace);
  return {
    spec,
    engineId,
    request: JSON.stringify(request),
    dpid: spec.dpid?.value ?? deriveDpid(engineId, spec.id),
    userspace,
    txOffload: undefined,
    mtu: spec.mtu ?? mtu ?? (await mtuOfBound(parts, spec)) ?? (await smallestMtu(parts)),
    controllers: spec.controllers ?? parts.config.controllers,
    mirrorPort: mirror.port,
    mirrorSeen: false,
    mirrorLink: undefined,
    createdAt,
    name: undefined,
    gatewayGiven: undefined,
    gatewayBefore: undefined,
    life: new AbortController(),
    ports: new Map(),
    others: noOtherPorts(),
    aclTroubles: [],
    blocked: new Map(),
    notes: new Map([...warnings, ...mirror.notes].map((warning) => [warning, warning])),
  };
}

/** The host's addresses move from the interface to the bridge: neither is to have more room than the other. */
async function mtuOfBound({ host }: Parts, spec: NetworkSpec): Promise<number | undefined> {
  const name = findBoundPort(spec)?.name;
  return name === undefined ? undefined : (await host.link(name))?.mtu;
}

async function smallestMtu({ machine }: Parts): Promise<number> {
  return Math.min(ethernetMtu, (await machine.uplinkMtu()) ?? ethernetMtu);
}

/** @throws DovesnapError `CONFLICT` when somebody else has the datapath id, or the bridge's name. */
export async function checkNothingIsTaken(
  parts: Parts,
  registry: Registry,
  network: AttachedNetwork,
): Promise<void> {
  const { bridge } = network.spec;
  const twin = registry.all().find((other) => other.dpid === network.dpid);
  if (twin !== undefined) {
    throw new DovesnapError(
      'CONFLICT',
      `option ovs.bridge.dpid cannot be ${network.spec.dpid?.text ?? network.dpid}: network ${twin.name ?? twin.spec.bridge} has it`,
    );
  }
  const taken = parts.ovs.state().bridges.some((item) => item.name === bridge);
  const link = taken ? undefined : await parts.host.link(bridge);
  if (!taken && link === undefined) return;
  const what = taken ? 'a bridge' : 'an interface';
  throw new DovesnapError(
    'CONFLICT',
    `option ovs.bridge.name cannot be "${bridge}": ${what} of that name exists`,
  );
}
