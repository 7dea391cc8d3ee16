import type { Endpoint } from '../domain/network.ts';
import type { NetworkEvent } from '../domain/network-event.ts';
import { stringifyExact } from './json.ts';
import { networkJson } from './networks-view.ts';

/**
 * One event as the Go driver wrote it: `Time` in whole seconds, every value of `Details` a text, `null` for a network's
 * own events, and the name with its slash (IQTLabs/dovesnap, `ovs/driver.go`: NotifyMsgJson).
 */
export function eventLine(event: NetworkEvent, shortEngineId: string): string {
  const { at, operation, network, endpoint } = event;
  return stringifyExact({
    Version: 1,
    Time: Math.floor(at / 1000),
    Msg: {
      NetworkState: networkJson(network, shortEngineId),
      Type: operation === 'JOIN' || operation === 'LEAVE' ? 'CONTAINER' : 'NETWORK',
      Operation: operation,
      Details: endpoint === undefined ? null : details(endpoint, operation),
    },
  });
}

function details(
  { container, ofPort, mac, ipv4, ipv6 }: Endpoint,
  operation: NetworkEvent['operation'],
): Readonly<Record<string, string>> {
  const who = {
    name: container === undefined ? '' : `/${container.name}`,
    id: container?.id ?? '',
    port: `${ofPort}`,
  };
  if (operation === 'LEAVE') return who;
  return { ...who, mac: mac ?? '', ip: (ipv4 ?? ipv6 ?? '').split('/', 1)[0] ?? '' };
}
