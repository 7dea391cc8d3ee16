import type { FaucetModel } from '@dovesnap/faucet-config';
import type { Flow } from '@dovesnap/ovs';
import { type AttachedNetwork, networkOn } from '../../domain/attached-network.ts';
import { localOfPort, localSwitchPort } from '../../domain/names.ts';
import { setNote } from '../../domain/network-notes.ts';
import type { NetworkRecord } from '../../domain/network-record.ts';
import { decidingFlows, lossOf, lostMeters } from '../../plan/flows/deciding-flows.ts';
import { interfaceOf } from '../../plan/policy/interface-policy.ts';
import { metersOf } from '../../plan/policy/meters.ts';
import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';
import { dropDoneRepairs } from '../core/repair-notes.ts';
import { keeper } from '../core/upkeep.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import type { Flows } from './flows.ts';
import { resyncBridge } from './resync-bridge.ts';

/** Faucet takes the flows of a port away and gives it new ones in one breath. */
const quietMs = 20;

/** The note on what was lost, until it is back. */
const note = 'lost meters';

/**
 * Sees the gateway and the ports without a container lose rules with their meter, as the ports of containers do,
 * and has Faucet resync the bridge: they cannot leave Faucet and come back one by one, as those can.
 */
export function watchLostMeters(
  parts: Parts,
  services: {
    readonly registry: Pick<Registry, 'all'>;
    readonly flows: Flows;
    readonly desk: Pick<FaucetDesk, 'latest'>;
    /** Told how many ports of a network have lost flows. */
    readonly count: (network: string, ports: number) => void;
  },
): void {
  const { registry, flows, desk, count } = services;
  const known = new WeakMap<AttachedNetwork, Known>();
  /** Whether what a port had is in the switch again, or nothing asks for it any more. */
  const isBack = (network: AttachedNetwork, inPort: number, had: readonly Flow[]): boolean => {
    const now = decidingFlows(flows.follow(network).flowsOf(inPort));
    const meters = lossOf(had, now) === undefined ? [] : (lostMeters(had, now) ?? []);
    const wanted = wantedMeters(network.record, inPort, desk.latest);
    return !meters.some((meter) => wanted.has(meter)) && now.length > 0;
  };
  /** Notes what a port has; answers whether it has lost rules under meters that its ACLs still name. */
  const hasLost = (network: AttachedNetwork, inPort: number): boolean => {
    const emptied = flows.emptied(network);
    // Faucet starts over with the switch: it will give back all that it has deleted.
    const before = known.get(network)?.emptied === emptied ? known.get(network) : undefined;
    const { ports } = before ?? { ports: new Map<number, readonly Flow[]>() };
    known.set(network, { emptied, ports });
    const had = ports.get(inPort) ?? [];
    const now = decidingFlows(flows.follow(network).flowsOf(inPort));
    const meters = lossOf(had, now) === undefined ? undefined : lostMeters(had, now);
    const wanted = wantedMeters(network.record, inPort, desk.latest);
    if (meters?.every((meter) => wanted.has(meter))) return true;
    ports.set(inPort, now);
    return false;
  };
  const restoration = keeper<AttachedNetwork>(parts, {
    what: 'restore flows that were lost with their meter',
    act: async (network) => {
      if (network.notes.get(note)?.isDone?.() === false) await resyncBridge(parts, network);
    },
  });
  const follow = async (network: AttachedNetwork, ports: readonly number[]): Promise<void> => {
    if (!ports.some((inPort) => hasLost(network, inPort))) return;
    await parts.clock.sleep(quietMs, network.life.signal);
    // Its flows are followed no more, and to ask for them would begin it again.
    if (network.life.signal.aborted) return;
    const lost = ports.filter((inPort) => hasLost(network, inPort));
    if (lost.length === 0) return;
    const had = new Map(
      lost.map((inPort) => [inPort, known.get(network)?.ports.get(inPort) ?? []]),
    );
    known.delete(network);
    const names = lost.map((inPort) =>
      inPort === localSwitchPort ? 'the gateway' : `port ${inPort}`,
    );
    const what = `flows of ${names.join(', ')} with their meter`;
    const at = new Date(parts.clock.now()).toISOString();
    const sentence = `the switch has lost ${what}: resyncing the bridge`;
    parts.log.warn({ network: network.record.name }, sentence);
    const isDone = () => [...had].every(([inPort, before]) => isBack(network, inPort, before));
    setNote(network.notes, note, { sentence: `at ${at} the switch had lost ${what}`, isDone });
    count(network.record.name ?? network.spec.bridge, lost.length);
    restoration.look(network);
  };
  flows.onChange((bridge, ofPorts) => {
    const network = networkOn(registry.all(), bridge);
    if (network === undefined) return;
    dropDoneRepairs(network.notes);
    const ports = [...ofPorts].filter((ofPort) => !network.ports.has(ofPort));
    void follow(network, ports);
  });
}

/** What the ports of a network had in the switch. */
interface Known {
  /** How often the bridge had lost all of its flows by then. */
  readonly emptied: number;
  readonly ports: Map<number, readonly Flow[]>;
}

/** Numbers of the meters that rules on a port name, by faucet.yaml. */
function wantedMeters(
  record: NetworkRecord,
  inPort: number,
  model: FaucetModel | undefined,
): ReadonlySet<number | undefined> {
  if (model === undefined) return new Set();
  const found = interfaceOf(record, inPort === localSwitchPort ? localOfPort : inPort, model);
  return new Set(metersOf(model, found?.aclsIn ?? []).map(({ meterId }) => meterId));
}
