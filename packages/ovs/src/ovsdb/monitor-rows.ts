import { channel } from '../channel.ts';
import type { MonitorRequest, Ovsdb, RowChange } from './ovsdb-types.ts';

/** Yields the changes of a subscription until the signal fires. */
export function monitorRows(
  subscribe: Ovsdb['subscribe'],
  request: MonitorRequest,
  signal: AbortSignal,
): AsyncIterable<RowChange> {
  const changes = channel<RowChange>();
  const stop = subscribe(request, {
    changed: (batch) => {
      for (const change of batch) changes.push(change);
    },
    synced: () => undefined,
    refused: changes.fail,
  });
  return changes.read(signal, stop);
}
