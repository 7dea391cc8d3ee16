import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { keepMachines, observeMachines } from '../../domain/network-observation.ts';
import type { Parts } from '../core/parts.ts';

/** A machine that is being started is on the switch before libvirt lists it: milliseconds between the times it is asked. */
const askAgainMs = [0, 1000, 4000] as const;

/** Finds the names of the virtual machines behind libvirt's taps (`vnetN`); tells when it has found some. */
export function learnMachines(parts: Parts): (network: AttachedNetwork, found: () => void) => void {
  const asked = new WeakMap<AttachedNetwork, Set<string>>();
  return (network, found) => {
    const taps = new Set(
      network.observation.otherPorts
        .map((port) => port.name)
        .filter((name) => /^vnet\d+$/.test(name)),
    );
    keepMachines(network.observation, taps);
    const before = asked.get(network) ?? new Set();
    asked.set(network, taps);
    const fresh = [...taps].filter((name) => !before.has(name));
    const ask = async (): Promise<void> => {
      for (const pauseMs of askAgainMs) {
        await parts.clock.sleep(pauseMs, network.life.signal);
        if (network.life.signal.aborted) return;
        const byTap = await parts.machines.byTap();
        const named = new Map([...byTap].filter(([tap]) => fresh.includes(tap)));
        observeMachines(network.observation, named);
        if (named.size > 0) found();
        if (named.size === fresh.length) return;
      }
    };
    if (fresh.length > 0) void ask();
  };
}
