import { type HostLinks, hostNamespace, isRunning } from './host-links.ts';
import type { WorldSwitch } from './world-switch.ts';

/** Which ports of connected bridges Faucet takes for up, by what the switch has told it. */
export interface HeardPorts {
  isUp(bridge: string, number: number): boolean;
  /** A bridge has connected: its ports are as they are, but for some that Faucet takes for up without asking. */
  connect(bridge: string, takenForUp: readonly number[]): void;
  /** The switch tells what has changed since. It says nothing of a port that stays as it is. */
  hear(): void;
}

/** Makes {@link HeardPorts}, which knows no bridge yet. */
export function heardPorts(ovs: WorldSwitch, host: HostLinks): HeardPorts {
  const known = new Map<string, { up: Set<number>; states: Map<number, boolean> }>();
  return {
    isUp: (bridge, number) => known.get(bridge)?.up.has(number) === true,
    connect: (bridge, takenForUp) => {
      const states = statesOf(ovs, host, bridge);
      const running = [...states].filter(([, isUp]) => isUp).map(([number]) => number);
      known.set(bridge, { up: new Set([...running, ...takenForUp]), states });
    },
    hear: () => {
      for (const [bridge, heard] of known) {
        const states = statesOf(ovs, host, bridge);
        for (const [number, isUp] of states) {
          if (heard.states.get(number) === isUp) continue;
          if (isUp) heard.up.add(number);
          else heard.up.delete(number);
        }
        // A port that goes is told of as it was last.
        for (const [number, wasUp] of heard.states) {
          if (!states.has(number) && !wasUp) heard.up.delete(number);
        }
        heard.states = states;
      }
    },
  };
}

/** Whether the ports of a bridge have a carrier, by number. */
function statesOf(ovs: WorldSwitch, host: HostLinks, bridge: string): Map<number, boolean> {
  const links = host.all().filter(({ namespace }) => namespace === hostNamespace);
  const isUp = new Map(links.map((link) => [link.name, isRunning(link)]));
  const ports = ovs.state().bridges.find(({ name }) => name === bridge)?.ports ?? [];
  return new Map(
    ports
      .flatMap(({ interfaces }) => interfaces)
      .flatMap(({ name, ofPort }) => {
        const state = isUp.get(name);
        return ofPort === undefined || state === undefined ? [] : [[ofPort, state] as const];
      }),
  );
}
