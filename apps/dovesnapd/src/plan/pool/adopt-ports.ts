import type { BridgeState } from '@dovesnap/ovs';
import type { Port, PortLife } from '../../domain/attached-network.ts';
import { parseHostLink, vethNames } from '../../domain/names.ts';
import { treatmentsOn } from '../../domain/network-feature.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import { type PortRecord, parsePortRecord } from '../../domain/record.ts';

/** Why a port is closed whose attach the daemon's end has cut off. */
const cutOff = 'the daemon was restarted during its attach';

/** The ports of a network that its bridge remembers. Their flows have yet to be seen. */
export function adoptPorts(
  spec: Pick<NetworkSpec, 'id' | 'features'>,
  bridge: BridgeState,
): Port[] {
  const { id: networkId } = spec;
  const known = treatmentsOn(spec);
  return bridge.ports.flatMap((found): Port[] => {
    const name = parseHostLink(found.name);
    const record = parsePortRecord(found.interfaces[0]?.externalIds ?? {}, known);
    if (name === undefined || record?.networkId !== networkId) return [];
    const links = vethNames(networkId, name.ofPort, name.generation);
    if (links.hostLink !== found.name) return [];
    return [
      {
        ofPort: name.ofPort,
        ...links,
        acls: record.acls,
        treatments: record.treatments,
        freedAt: record.freedAt,
        txOffload: record.txOffload,
        closing: Promise.resolve(),
        attempt: 0,
        ...adoptLife(record),
      },
    ];
  });
}

function adoptLife({ endpoint: known, dirty }: PortRecord): PortLife {
  const flows = 'awaited';
  const nobodys = { endpoint: undefined, held: false, reason: undefined } as const;
  if (known === undefined) {
    return dirty
      ? { ...nobodys, phase: 'dirty', flows: undefined }
      : { ...nobodys, phase: 'free', flows };
  }
  const { phase, reason, ...endpoint } = known;
  switch (phase) {
    case 'open':
    case 'down':
      return { phase: 'open', flows, endpoint, held: false, reason: undefined };
    case 'created':
      // An attach that the daemon's end cut off is to be brought to an end.
      return { phase: 'pending', flows, endpoint, held: true, reason: cutOff };
    default:
      return { phase, flows, endpoint, held: true, reason };
  }
}
