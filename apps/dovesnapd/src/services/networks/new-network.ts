import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { uplinkOf } from '../../domain/host-ports.ts';
import { internalNamesWarning } from '../../domain/internal-names.ts';
import { deriveDpid } from '../../domain/names.ts';
import type { RequestedSpec } from '../../domain/network.ts';
import { newNotes } from '../../domain/network-notes.ts';
import { nothingObserved } from '../../domain/network-observation.ts';
import { parseNetworkRequest } from '../../domain/network-options.ts';
import { emptyRecord, type NetworkRecord } from '../../domain/network-record.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import { lifetime } from '../../edges/lifetime.ts';
import { subnetRefusal } from '../../plan/networks/subnet-conflict.ts';
import { unservedOptions } from '../../plan/networks/unserved-options.ts';
import type { CreateNetworkRequest } from '../../protocol/network-driver.ts';
import type { Feature } from '../core/feature.ts';
import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';

/** The MTU of Ethernet, for networks that name none, unless an uplink has less. */
const ethernetMtu = 1500;

/** When a network was made, by which engine, and what of it is remembered. */
export interface NetworkBirth extends Pick<NetworkSpec, 'createdAt' | 'engineId'> {
  readonly mtu?: number | undefined;
  /** What OVSDB has kept. Undefined for a network that is new to it. */
  readonly record?: NetworkRecord | undefined;
}

/**
 * Makes a network that nothing is on from Docker's request, without touching the switch.
 * @throws DovesnapError `BAD_OPTION`.
 */
export async function newNetwork(
  parts: Parts,
  features: readonly Feature[],
  request: CreateNetworkRequest,
  { createdAt, engineId, mtu, record }: NetworkBirth,
): Promise<AttachedNetwork> {
  const { spec: requested, warnings: ofRequest } = parseNetworkRequest(request);
  const warnings = [...ofRequest, ...(await engineWarnings(parts, requested))];
  for (const warning of warnings) parts.log.warn({ bridge: requested.bridge }, warning);
  const userspace = requested.userspace ?? !parts.machine.hasKernelDatapath();
  if (!userspace && !parts.machine.hasKernelDatapath()) {
    throw new DovesnapError(
      'BAD_OPTION',
      'option ovs.bridge.userspace cannot be false here: the kernel has no openvswitch datapath',
    );
  }
  const on = features.map((feature) => feature.on(requested, userspace));
  const ofNetwork = on.map(({ feature }) => feature);
  const unserved = unservedOptions({ ...requested, features: ofNetwork });
  const notes = [...warnings, ...unserved, ...on.flatMap((one) => one.notes ?? [])];
  const spec: NetworkSpec = {
    ...requested,
    engineId,
    request: JSON.stringify(request),
    createdAt,
    dpid: requested.dpid?.value ?? deriveDpid(engineId, requested.id),
    dpidText: requested.dpid?.text,
    userspace,
    mtu:
      requested.mtu ??
      mtu ??
      (await mtuOfUplink(parts, { features: ofNetwork })) ??
      (await smallestMtu(parts)),
    controllers: requested.controllers ?? parts.config.controllers,
    features: ofNetwork,
  };
  return {
    spec,
    record: record ?? emptyRecord(),
    observation: nothingObserved(),
    notes: newNotes(notes),
    life: lifetime(),
    ports: new Map(),
  };
}

/** What this engine does with such a network; one that does not answer is not waited for. */
async function engineWarnings({ docker }: Parts, spec: RequestedSpec): Promise<readonly string[]> {
  if (!spec.internal || !docker.serving) return [];
  const version = await docker.engineVersion().catch(() => undefined);
  return internalNamesWarning(spec, version);
}

/** The host's addresses move from the interface to the bridge: neither is to have more room than the other. */
async function mtuOfUplink(
  { host }: Parts,
  spec: Pick<NetworkSpec, 'features'>,
): Promise<number | undefined> {
  const name = uplinkOf(spec)?.name;
  return name === undefined ? undefined : (await host.link(name))?.mtu;
}

async function smallestMtu({ machine }: Parts): Promise<number> {
  return Math.min(ethernetMtu, (await machine.uplinkMtu()) ?? ethernetMtu);
}

/** @throws DovesnapError `NOT_SUPPORTED` when it asks for what no feature of this daemon does. */
export function checkIsServed(spec: NetworkSpec): void {
  const [why] = unservedOptions(spec);
  if (why !== undefined) throw new DovesnapError('NOT_SUPPORTED', why);
}

/**
 * Before there is a bridge: one that exists already may have subnets that would be refused today.
 * @throws DovesnapError `BAD_REQUEST`, `CONFLICT` when it cannot have one of its subnets.
 */
export async function checkSubnets({ host }: Parts, spec: NetworkSpec): Promise<void> {
  const [links, routes] = await Promise.all([host.links(), host.routes()]);
  const refusal = subnetRefusal(spec, { links, routes });
  if (refusal !== undefined) throw refusal;
}

/** @throws DovesnapError `CONFLICT` when somebody else has the datapath id, or the bridge's name. */
export async function checkNothingIsTaken(
  parts: Parts,
  registry: Registry,
  spec: NetworkSpec,
): Promise<void> {
  const { bridge } = spec;
  const twin = registry.all().find((other) => other.spec.dpid === spec.dpid);
  if (twin !== undefined) {
    throw new DovesnapError(
      'CONFLICT',
      `option ovs.bridge.dpid cannot be ${spec.dpidText ?? spec.dpid}: network ${twin.record.name ?? twin.spec.bridge} has it`,
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
