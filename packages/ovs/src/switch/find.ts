import type { BridgeState, PortState, SwitchState } from './switch-types.ts';

/** Returns the bridge of this name, or undefined. */
export function findBridge(state: SwitchState | undefined, name: string): BridgeState | undefined {
  return state?.bridges.find((bridge) => bridge.name === name);
}

/** Returns the port of this name together with its bridge, or undefined. */
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
