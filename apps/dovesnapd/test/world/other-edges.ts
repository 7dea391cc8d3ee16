import type { Machine, VirtualMachines } from '../../src/edges/edges.ts';

/** A machine whose bridges are in userspace. */
export const userspaceMachine: Machine = {
  hostname: 'world',
  hasKernelDatapath: () => false,
  uplinkMtu: async () => 1500,
};

/** A host without virtual machines. */
export const noMachines: VirtualMachines = { byTap: async () => new Map() };
