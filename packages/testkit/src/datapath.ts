import { existsSync } from 'node:fs';

/**
 * The default datapath of networks on this machine: the kernel datapath if its module is loaded, otherwise the
 * userspace datapath. Tests state what holds on each.
 */
export const machineDatapath: 'system' | 'netdev' = existsSync('/sys/module/openvswitch')
  ? 'system'
  : 'netdev';
