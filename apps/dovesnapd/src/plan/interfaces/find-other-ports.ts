import type { FaucetModel, Problem } from '@dovesnap/faucet-config';
import {
  type BridgeState,
  findBridge,
  type InterfaceState,
  type PortState,
  type SwitchState,
} from '@dovesnap/ovs';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { type HostPort, hostPortsOf, uplinkOf } from '../../domain/host-ports.ts';
import { allowAllAcl } from '../../domain/names.ts';
import { treatmentsOn } from '../../domain/network-feature.ts';
import type { NetworkRecord } from '../../domain/network-record.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import type { OtherPort } from '../../domain/other-ports.ts';
import { carriesOurMark } from '../../domain/record.ts';
import { parseRowPolicy, type RowPolicy } from '../../domain/row-policy.ts';
import { noTreatments } from '../../domain/treatments.ts';
import { quoted } from '../../domain/words.ts';
import { highestOfPort } from '../faucet/egress-pipeline.ts';
import { droppedProblem, placeOf } from '../policy/acl-problems.ts';
import { unmetTreatments } from '../policy/unmet-treatments.ts';
import { linkRemark } from './link-remark.ts';

/**
 * The ports of a network's bridge without a container: those that its options ask for, and those that others have
 * added, under the policy that their rows ask for. What cannot be in the network is told why, and stays closed: Faucet
 * drops what comes from a port that it does not know.
 */
export function findOtherPorts(
  network: AttachedNetwork,
  state: SwitchState,
  model: FaucetModel,
  problems: readonly Problem[] = [],
): OtherPort[] {
  const bridge = findBridge(state, network.spec.bridge);
  const wanted = hostPortsOf(network.spec);
  return [...(bridge?.ports ?? []), ...portsToCome(network.spec, bridge)].flatMap((port) => {
    const added = wanted.find((item) => item.name === port.name);
    if (port.name === network.spec.bridge) return [];
    if (added === undefined && isOurs(port)) return [];
    if (isNew(port) && rememberedNumber(network.record, port.name) === undefined) return [];
    return [describe({ network, state, model, problems, bridge }, port, added)];
  });
}

/** An uplink has its place in Faucet before it is on the bridge, so that the host is not cut off meanwhile. */
function portsToCome(spec: NetworkSpec, bridge: BridgeState | undefined): PortState[] {
  const name = uplinkOf(spec)?.name;
  if (name === undefined || bridge?.ports.some((port) => port.name === name)) return [];
  return [
    {
      ...{ uuid: '', name, interfaces: [], otherConfig: {}, externalIds: {}, columns: {} },
      ...{ tag: undefined, vlanMode: undefined, trunks: [], isProtected: false },
    },
  ];
}

/** Open vSwitch has yet to look at it. */
function isNew({ interfaces: [found, ...others] }: PortState): boolean {
  if (found === undefined || others.length > 0) return false;
  return found.ofPort === undefined && found.error === undefined;
}

interface Context {
  readonly network: AttachedNetwork;
  readonly state: SwitchState;
  readonly model: FaucetModel;
  readonly problems: readonly Problem[];
  readonly bridge: BridgeState | undefined;
}

function isOurs(port: PortState): boolean {
  return port.interfaces.some((item) => carriesOurMark(item.externalIds));
}

function describe(context: Context, port: PortState, added: HostPort | undefined): OtherPort {
  const { network } = context;
  const found = port.interfaces[0];
  const wanted = added === undefined ? policyOfRow(port, network) : policyOf(added);
  const policy = typeof wanted === 'string' ? undefined : wanted;
  const acls = policy?.acls ?? [allowAllAcl];
  const ofPort = found?.ofPort ?? (added && rememberedNumber(network.record, port.name));
  return {
    name: port.name,
    kind: kindOf(found, added),
    ofPort,
    mac: found?.mac ?? '',
    devices: devicesOf(port),
    gone: port.interfaces.length === 0 || isGone(port),
    vlan: policy?.vlan ?? network.spec.vlan,
    acls,
    treatments: policy?.treatments ?? noTreatments,
    closed:
      (typeof wanted === 'string' ? wanted : undefined) ??
      whyNoPort(context, port, ofPort, added) ??
      badAcl(acls, context),
    remark: remarkOf(context, ofPort, policy) ?? remarkOnLink(network, added),
    peer: peerOf(context.state, found),
  };
}

function policyOf({ acl, vlan }: HostPort): RowPolicy {
  return { acls: acl === undefined ? undefined : [acl], vlan, treatments: noTreatments };
}

function policyOfRow(port: PortState, { spec, record }: AttachedNetwork): RowPolicy | string {
  const context = { networkName: record.name ?? '', treatments: treatmentsOn(spec) };
  return parseRowPolicy(port.interfaces[0]?.externalIds ?? {}, context);
}

function kindOf(found: InterfaceState | undefined, added: HostPort | undefined): OtherPort['kind'] {
  if (added !== undefined) return added.role === 'coprocessor' ? 'coprocessor' : 'physical';
  return found?.type === 'patch' ? 'patch' : 'external';
}

/** A port that was asked for keeps its number while its device is away, so that Faucet need not be told. */
function rememberedNumber(record: NetworkRecord, name: string): number | undefined {
  return record.taken.get(name)?.ofPort;
}

/** Whether the bridge reads a device of the host that is not the bridge's own. */
function isDevice({ type }: InterfaceState): boolean {
  return type === '' || type === 'system' || type === 'afxdp';
}

function devicesOf(port: PortState): OtherPort['devices'] {
  return port.interfaces
    .filter((item) => isDevice(item) && (item.ifindex ?? 0) !== 0)
    .map(({ name, ifindex = 0 }) => ({ name, ifindex }));
}

/** A device that went leaves its number behind on a userspace bridge, and index 0 (Open vSwitch 3.1.0). */
function isGone(port: PortState): boolean {
  return port.interfaces.some(isDevice) && devicesOf(port).length === 0;
}

function whyNoPort(
  { network, model }: Context,
  port: PortState,
  ofPort: number | undefined,
  added: HostPort | undefined,
): string | undefined {
  const found = port.interfaces[0];
  if (port.interfaces.length > 1) {
    return `it is a bond of ${port.interfaces.length} interfaces, which Faucet cannot take for one port`;
  }
  if (ofPort === undefined || (isGone(port) && added === undefined)) {
    return found?.error ?? 'its device is not there';
  }
  const highest = highestOfPort(model);
  if (ofPort > highest)
    return `its OpenFlow number is ${ofPort}, and ${highest} is the highest here`;
  if (network.ports.has(ofPort))
    return `its OpenFlow number ${ofPort} is that of a container's port`;
  return undefined;
}

/** An ACL that is not there, or that would hold without one of its rules. */
function badAcl(acls: readonly string[], { model, problems }: Context): string | undefined {
  for (const acl of acls.filter((name) => name !== allowAllAcl)) {
    if (!model.acls.has(acl)) return `ACL ${quoted(acl)} is not in faucet.yaml`;
    const dropped = droppedProblem(acl, problems, model);
    if (dropped === undefined) continue;
    return `the switch does not take a rule of ACL ${quoted(acl)} (${placeOf(dropped)}): ${dropped.message}`;
  }
  return undefined;
}

function remarkOf(
  { network, model }: Context,
  ofPort: number | undefined,
  policy: RowPolicy | undefined,
): string | undefined {
  if (ofPort !== undefined && isDeclaredByOthers(network, ofPort, model)) {
    return `what faucet.yaml says of interface ${ofPort} by itself holds`;
  }
  return (
    policy?.remark ?? unmetTreatments(network.spec, policy?.treatments ?? noTreatments)[0]?.why
  );
}

/** Open vSwitch does not see that a device is called otherwise, or has a master (3.1.0). */
function remarkOnLink(
  { spec, observation: { links } }: AttachedNetwork,
  added: HostPort | undefined,
): string | undefined {
  if (added === undefined || !links.has(added.name)) return undefined;
  return linkRemark(links.get(added.name), spec.bridge);
}

/** Whether faucet.yaml has an interface of this number that is not there because of us. */
export function isDeclaredByOthers(
  network: AttachedNetwork,
  ofPort: number,
  model: FaucetModel,
): boolean {
  const dp = model.dps.get(network.record.name ?? '');
  const known = network.record.inFaucet.has(ofPort) || network.ports.has(ofPort);
  return !known && (dp?.interfaces.some((item) => item.number === ofPort) ?? false);
}

function peerOf(state: SwitchState, found: InterfaceState | undefined): OtherPort['peer'] {
  const name = found?.type === 'patch' ? found.options.peer : undefined;
  if (name === undefined) return undefined;
  for (const bridge of state.bridges) {
    const peer = bridge.ports.find((port) => port.name === name);
    if (peer === undefined) continue;
    return { port: name, bridge: bridge.name, ofPort: peer.interfaces[0]?.ofPort };
  }
  return undefined;
}
