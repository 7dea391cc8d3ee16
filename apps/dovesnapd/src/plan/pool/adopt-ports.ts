import type { BridgeState } from '@dovesnap/ovs';
import type { AttachedEndpoint, Port } from '../../domain/attached-network.ts';
import { parseHostLink, vethNames } from '../../domain/names.ts';
import { type EndpointRecord, parsePortRecord } from '../../domain/record.ts';

/** The ports of a network that its bridge remembers. Their flows have yet to be seen. */
export function adoptPorts(networkId: string, bridge: BridgeState): Port[] {
  return bridge.ports.flatMap((found): Port[] => {
    const name = parseHostLink(found.name);
    const record = parsePortRecord(found.interfaces[0]?.externalIds ?? {});
    if (name === undefined || record?.networkId !== networkId) return [];
    const links = vethNames(networkId, name.ofPort, name.generation);
    if (links.hostLink !== found.name) return [];
    const endpoint = record.endpoint === undefined ? undefined : adoptEndpoint(record.endpoint);
    return [
      {
        ofPort: name.ofPort,
        ...links,
        phase: 'warming',
        acls: record.acls,
        mirrored: record.mirrored,
        freedAt: record.freedAt,
        txOffload: record.txOffload,
        closing: Promise.resolve(),
        held: endpoint !== undefined && endpoint.phase !== 'open',
        lost: false,
        endpoint,
      },
    ];
  });
}

/** An attach that the daemon's end cut off is to be brought to an end. */
function adoptEndpoint(record: EndpointRecord): AttachedEndpoint {
  if (record.phase !== 'created') return { ...record };
  return { ...record, phase: 'pending', reason: 'the daemon was started anew during its attach' };
}
