import type { Firewall } from '@dovesnap/iptables-nat';
import type { Machine, VirtualMachines } from '../../src/edges/edges.ts';

/** A firewall of a machine without iptables: there is nothing to set, and nothing is ever changed. */
export function noFirewall(): Firewall {
  return {
    backend: 'nft',
    families: [],
    read: async (owner) => ({ owner, families: [] }),
    apply: async () => undefined,
    changes: async function* ({ signal }) {
      yield { rules: true, tables: new Set<string>() };
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    },
  };
}

/** A machine whose bridges are in userspace. */
export const userspaceMachine: Machine = {
  hostname: 'world',
  hasKernelDatapath: () => false,
  uplinkMtu: async () => 1500,
};

/** A host without virtual machines. */
export const noMachines: VirtualMachines = { byTap: async () => new Map() };
