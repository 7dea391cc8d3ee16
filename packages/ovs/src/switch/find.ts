import type { BridgeState, PortState, SwitchState } from './types.ts';

/** The bridge of that name. */
export function findBridge(state: SwitchState | undefined, name: string): BridgeState | undefined {
  return state?.bridges.find((bridge) => bridge.name === name);
}

/** The port of that name and the bridge that it is on. */
export function findPort(
  state: SwitchState | undefined,
  name: string,
): { readonly bridge: BridgeState; readonly port: PortState } | undefined {
  for (const bridge of state?.bridges ?? []) {
    const port = bridge.ports.find((candidate) => candidate.name === name);
    if (port !== undefined) return { bridge, port };
  }
  return undefined;
}
