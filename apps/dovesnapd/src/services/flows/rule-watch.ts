import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { flowsMs } from '../../domain/flows-ms.ts';
import { localSwitchPort } from '../../domain/names.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import type { PolicedPort } from '../../plan/flows/policy-rules.ts';
import type { Lack } from '../../plan/upkeep/acl-troubles.ts';
import type { Parts } from '../core/parts.ts';
import type { Flows } from './flows.ts';
import { type Finding, onOutput, type RuleJudge } from './rule-judge.ts';

/** Where flows never rest, what is missing this long does not come either. */
const longestMs = 10_000;

/** Knows of which ACLs the switch lacks a rule: what Faucet took and the switch did not, whatever the reason. */
export interface RuleWatch {
  /** Compares all policed ports of a network with the flows that are there, and follows these from now on. */
  look(network: AttachedNetwork): void;
  /** The operator's ACLs of which a rule has been lacking for some time, and where. */
  lacking(network: AttachedNetwork): ReadonlyMap<string, Lack>;
  /** Calls when {@link RuleWatch.lacking} may have changed, and when flows of a network with blocked ports have. */
  onChange(listener: (network: AttachedNetwork) => void): void;
}

/** A port of which something was found; certain once it has been so for some time. */
interface Suspect {
  found: Finding;
  isCertain: boolean;
}

type Suspects = Map<number, Suspect>;

/** Makes {@link RuleWatch}. While it cannot be told what the switch lacks, what was found before stays. */
export function ruleWatch(
  parts: Pick<Parts, 'clock' | 'signal' | 'log' | 'faucet'>,
  judge: RuleJudge,
  flows: Pick<Flows, 'follow'>,
): RuleWatch {
  const known = new WeakMap<AttachedNetwork, Suspects>();
  const movedAt = new WeakMap<AttachedNetwork, number>();
  const listeners = new Set<(network: AttachedNetwork) => void>();
  const tell = (network: AttachedNetwork): void => {
    for (const listener of listeners) listener(network);
  };
  const untilRest = rest(parts, movedAt);
  const check = suspicion(parts, judge, tell, untilRest);
  const follow = async (network: AttachedNetwork, suspects: Suspects): Promise<void> => {
    const signal = AbortSignal.any([network.life.signal, parts.signal]);
    for await (const touched of flows.follow(network).changes({ signal })) {
      movedAt.set(network, parts.clock.now());
      const some = judge
        .policed(network)
        .filter(({ inPort }) => touched.has(inPort) || inPort === onOutput);
      const changed = some.filter((port) => check(network, suspects, port));
      if (changed.length > 0 || network.record.blocked.size > 0) tell(network);
    }
  };
  return {
    look: (network) => {
      const suspects = known.get(network) ?? new Map<number, Suspect>();
      if (!known.has(network)) {
        known.set(network, suspects);
        follow(network, suspects).catch((err: unknown) =>
          parts.log.error({ network: network.record.name, err }, 'flows can no longer be followed'),
        );
      }
      const ports = judge.policed(network);
      const there = new Set(ports.map(({ inPort }) => inPort));
      for (const inPort of suspects.keys()) if (!there.has(inPort)) suspects.delete(inPort);
      for (const port of ports) check(network, suspects, port);
    },
    lacking: (network) =>
      new Map(
        [...(known.get(network) ?? [])].flatMap(([inPort, { found, isCertain }]) => {
          const lack = { isStale: found.isStale, where: placeOf(network.spec, inPort) };
          return isCertain ? found.acls.map((acl) => [acl, lack] as const) : [];
        }),
      ),
    onChange: (listener) => void listeners.add(listener),
  };
}

/**
 * Makes the function that resolves when Faucet has done with a network's bridge, as far as can be told: it answers, which
 * it does not while it works out flows, and flows have rested. Also when the signal fires.
 */
function rest(
  { clock, faucet }: Pick<Parts, 'clock' | 'faucet'>,
  movedAt: WeakMap<AttachedNetwork, number>,
) {
  return async (network: AttachedNetwork, ended: AbortSignal): Promise<void> => {
    const latest = clock.now() + longestMs;
    for (let ms = flowsMs; ms > 0 && !ended.aborted; ) {
      await clock.sleep(ms, ended);
      if (ended.aborted) return;
      await faucet.refresh();
      const isBusy = !faucet.status().reachable;
      const since = isBusy ? clock.now() : (movedAt.get(network) ?? 0);
      ms = Math.min(since + flowsMs, latest) - clock.now();
    }
  };
}

/** Makes the function that looks at one port and answers whether what is certain of it has changed. */
function suspicion(
  { signal }: Pick<Parts, 'signal'>,
  judge: RuleJudge,
  tell: (network: AttachedNetwork) => void,
  untilRest: (network: AttachedNetwork, ended: AbortSignal) => Promise<void>,
) {
  const follow = async (
    network: AttachedNetwork,
    suspects: Suspects,
    port: PolicedPort,
    suspect: Suspect,
  ): Promise<void> => {
    const ended = AbortSignal.any([network.life.signal, signal]);
    const isOver = (): boolean => ended.aborted || suspects.get(port.inPort) !== suspect;
    await untilRest(network, ended);
    if (isOver()) return;
    const still = judge.find(network, port);
    // What cannot be told now is looked at again when Faucet or the file has changed.
    if (still === undefined || still.acls.length === 0) return void suspects.delete(port.inPort);
    Object.assign(suspect, { found: still, isCertain: true });
    tell(network);
    // Changes of flows that are of no port are not told as those of a port are.
    await judge.untilThere(network, port, ended).catch(() => undefined);
    if (isOver()) return;
    suspects.delete(port.inPort);
    tell(network);
  };
  return (network: AttachedNetwork, suspects: Suspects, port: PolicedPort): boolean => {
    const found = judge.find(network, port);
    const before = suspects.get(port.inPort);
    if (found === undefined) return false;
    if (found.acls.length === 0) {
      suspects.delete(port.inPort);
      return before?.isCertain === true;
    }
    if (before === undefined) {
      const suspect = { found, isCertain: false };
      suspects.set(port.inPort, suspect);
      void follow(network, suspects, port, suspect);
      return false;
    }
    const isOther = before.isCertain && JSON.stringify(before.found) !== JSON.stringify(found);
    before.found = found;
    return isOther;
  };
}

function placeOf(spec: NetworkSpec, inPort: number): string {
  if (inPort === onOutput) return `the output of VLAN ${spec.vlan}`;
  return inPort === localSwitchPort ? "the gateway's port" : `port ${inPort}`;
}
