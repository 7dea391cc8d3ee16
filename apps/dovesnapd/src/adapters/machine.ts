import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Netns } from '@dovesnap/netns';
import type { Machine } from '../edges/edges.ts';

/** The machine we run on. */
export function localMachine(host: Netns): Machine {
  return {
    hostname: hostname(),
    hasKernelDatapath: () => existsSync('/sys/module/openvswitch'),
    uplinkMtu: async (wait) => {
      const routes = await host.routes(wait);
      const uplinks = new Set(
        routes.filter((route) => route.destination === 'default').map((route) => route.link),
      );
      const links = await host.links(wait);
      const mtus = links.filter((link) => uplinks.has(link.name)).map((link) => link.mtu);
      return mtus.length === 0 ? undefined : Math.min(...mtus);
    },
  };
}
