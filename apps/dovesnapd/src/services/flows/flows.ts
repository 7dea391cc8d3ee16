import type { FaucetModel } from '@dovesnap/faucet-config';
import type { Flow, FlowTracker, Wait } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { localOfPort } from '../../domain/names.ts';
import { decidingFlows } from '../../plan/flows/deciding-flows.ts';
import { carriesPolicy } from '../../plan/flows/flows-match.ts';
import { policyRules } from '../../plan/flows/policy-rules.ts';
import type { Parts } from '../core/parts.ts';

/** A port and the policy that it is to have. */
export interface PolicyPort extends Pick<Port, 'ofPort' | 'acls' | 'treatments'> {
  /** Of a container, the default: a feature may have replaced its ACLs in the file by ours, made from these. */
  readonly isContainers?: boolean;
}

/** What is known of the flows on our bridges: pushed by the switch, never asked for. */
export interface Flows {
  /** Begins to follow a bridge; harmless when it is followed already. */
  follow(network: AttachedNetwork): FlowTracker;
  forget(network: AttachedNetwork): Promise<void>;
  /** Resolves when the flows of a bridge are known. @throws OvsError `TIMEOUT`, `ABORTED`. */
  untilKnown(network: AttachedNetwork, wait: Wait): Promise<void>;
  /** Whether the port's policy is in the switch now. */
  carries(network: AttachedNetwork, port: PolicyPort): boolean;
  /** The flows that decide what becomes of a port's frames, as far as they are known. */
  deciding(network: AttachedNetwork, port: Port): readonly Flow[];
  /** How often the bridge has been left without any flow: Faucet deletes all of them when it starts over. */
  emptied(network: AttachedNetwork): number;
  /** Whether flows that a port has, or had, are those of its policy as it is now. */
  fits(network: AttachedNetwork, port: PolicyPort, found: readonly Flow[]): boolean;
  /** Resolves when the port's policy is in the switch. @throws OvsError `TIMEOUT`, `ABORTED`. */
  untilCarries(network: AttachedNetwork, port: PolicyPort, wait: Wait): Promise<void>;
  /** Calls when all flows of a bridge are known: at first, and again after each restart of ovs-vswitchd. */
  onKnown(listener: (bridge: string) => void): void;
  /** Calls when flows of ports of a bridge have changed. */
  onChange(listener: (bridge: string, ofPorts: ReadonlySet<number>) => void): void;
  close(): Promise<void>;
}

/** Makes {@link Flows} over one tracker per bridge; `model` gives what faucet.yaml says now, as far as it is known. */
export function flows(
  trackFlows: Parts['trackFlows'],
  model: () => FaucetModel | undefined,
): Flows {
  const followed = new Map<string, { tracker: FlowTracker; ended: AbortController }>();
  const listeners = new Set<(bridge: string) => void>();
  const changed = new Set<(bridge: string, ofPorts: ReadonlySet<number>) => void>();
  const tell = async (tracker: FlowTracker, signal: AbortSignal): Promise<void> => {
    for await (const ofPorts of tracker.changes({ signal })) {
      for (const listener of changed) listener(tracker.bridge, ofPorts);
    }
  };
  const follow = (network: AttachedNetwork): FlowTracker => {
    const bridge = network.spec.bridge;
    const known = followed.get(bridge)?.tracker;
    if (known !== undefined) return known;
    const tracker = trackFlows(bridge, () => {
      for (const listener of listeners) listener(bridge);
    });
    const ended = new AbortController();
    followed.set(bridge, { tracker, ended });
    void tell(tracker, ended.signal);
    return tracker;
  };
  const end = async (bridges: readonly string[]): Promise<void> => {
    const leaving = bridges.flatMap((bridge) => followed.get(bridge) ?? []);
    for (const bridge of bridges) followed.delete(bridge);
    for (const { ended } of leaving) ended.abort();
    await Promise.all(leaving.map(({ tracker }) => tracker.close()));
  };
  const isPolicy = (
    network: AttachedNetwork,
    port: PolicyPort,
    found: readonly Flow[],
  ): boolean => {
    const rules = policyRules(network, port, model());
    if (rules === undefined) return false;
    const expected = rules.map(({ flow }) => flow);
    const flows = { ofPort: found, bridge: () => follow(network).flows() };
    return (
      carriesPolicy(found, expected, network.spec) &&
      network.spec.features.every((feature) => feature.isProven?.(network, port, flows) ?? true)
    );
  };
  return {
    follow,
    onKnown: (listener) => void listeners.add(listener),
    onChange: (listener) => void changed.add(listener),
    deciding: (network, port) => decidingFlows(follow(network).flowsOf(port.ofPort)),
    emptied: (network) => follow(network).emptied,
    forget: (network) => end([network.spec.bridge]),
    fits: isPolicy,
    carries: (network, port) => {
      const tracker = follow(network);
      return tracker.live && isPolicy(network, port, tracker.flowsOf(port.ofPort));
    },
    untilKnown: async (network, wait) => {
      await follow(network).until(localOfPort, () => true, wait);
    },
    untilCarries: async (network, port, wait) => {
      await follow(network).until(port.ofPort, (found) => isPolicy(network, port, found), wait);
    },
    close: () => end([...followed.keys()]),
  };
}
