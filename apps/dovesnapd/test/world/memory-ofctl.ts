import { type FlowFilter, type Ofctl, OvsError, type PacketOut } from '@dovesnap/ovs';
import { type FlowTables, selects } from './flow-tables.ts';

/** What of `ovs-ofctl` the daemon uses, on flows in memory. */
export interface MemoryOfctl extends Ofctl {
  /** The frames that were sent through a bridge's flows. */
  readonly sent: readonly (PacketOut & { readonly bridge: string })[];
  /** Whether the switch takes nothing from a port. */
  isBlocked(bridge: string, port: string): boolean;
}

/** Makes a {@link MemoryOfctl}. What the daemon does not call throws. */
export function memoryOfctl(tables: FlowTables): MemoryOfctl {
  const sent: (PacketOut & { readonly bridge: string })[] = [];
  const blocked = new Map<string, Set<string>>();
  // A switch that ends forgets what was blocked.
  tables.onChange((bridge) => {
    if (!tables.has(bridge)) blocked.delete(bridge);
  });
  const need = (bridge: string): void => {
    if (tables.has(bridge)) return;
    throw new OvsError('BRIDGE_NOT_FOUND', `${bridge} is not a bridge or a socket`, { bridge });
  };
  const blockedOn = (bridge: string): Set<string> => {
    need(bridge);
    const ports = blocked.get(bridge) ?? new Set();
    blocked.set(bridge, ports);
    return ports;
  };
  const unused = async (): Promise<never> => {
    throw new Error('the daemon does not call this');
  };
  return {
    sent,
    isBlocked: (bridge, port) => blocked.get(bridge)?.has(port) === true,
    dumpFlows: async (bridge, filter: FlowFilter = {}) => {
      need(bridge);
      return tables.flows(bridge).filter((flow) => selects(filter, flow));
    },
    deleteFlows: async (bridge, filters) => {
      need(bridge);
      tables.change(bridge, { gone: (flow) => filters.some((filter) => selects(filter, flow)) });
    },
    packetOut: async (bridge, packet) => {
      need(bridge);
      sent.push({ ...packet, bridge });
    },
    meterIds: async () => new Set(),
    blockPort: async (bridge, port) => void blockedOn(bridge).add(port),
    unblockPort: async (bridge, port) => void blockedOn(bridge).delete(port),
    blockedPorts: async (bridge) => blockedOn(bridge),
    addFlows: unused,
    replaceFlows: unused,
    editFlows: unused,
    portNumbers: unused,
  };
}
