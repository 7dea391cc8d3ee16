import type { BridgeState } from '@dovesnap/ovs';
import type { AttachedEndpoint, Port } from '../domain/attached-network.ts';
import { parseHostLink, vethNames } from '../domain/names.ts';
import { parsePortRecord } from '../domain/record.ts';

/** The ports of a network that its bridge remembers. Their flows have yet to be seen. */
export function adoptPorts(networkId: string, bridge: BridgeState): Port[] {
  return bridge.ports.flatMap((found): Port[] => {
    const name = parseHostLink(found.name);
    const record = parsePortRecord(found.interfaces[0]?.externalIds ?? {});
    if (name === undefined || record?.networkId !== networkId) return [];
    const endpoint: AttachedEndpoint | undefined =
      record.endpoint === undefined ? undefined : { ...record.endpoint };
    return [
      {
        ofPort: name.ofPort,
        ...vethNames(networkId, name.ofPort, name.generation),
        phase: 'warming',
        acls: record.acls,
        freedAt: record.freedAt,
        closing: Promise.resolve(),
        endpoint,
      },
    ];
  });
}
