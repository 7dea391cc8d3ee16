import { OPTION_OF_ROLE } from '../../domain/parse-added-ports.ts';
import type { Feature } from '../../services/core/feature.ts';
import type { Parts } from '../../services/core/parts.ts';
import { portTaking } from './port-taking.ts';

/** Makes host interfaces, physical ones and Faucet's coprocessors, ports of networks. */
export function addedPorts(parts: Parts): Feature {
  return {
    what: 'the host interfaces',
    on: ({ addedPorts: ports }) => {
      const hostPorts = ports.map((port) => ({ ...port, option: OPTION_OF_ROLE[port.role] }));
      return { feature: { name: 'added-ports', hostPorts } };
    },
    ...portTaking(parts),
  };
}
