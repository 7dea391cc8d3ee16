import { channel } from '../channel.ts';
import type { MonitorRequest, Ovsdb, RowChange } from './types.ts';

/** The changes of a subscription as an asynchronous iteration, until the signal fires. */
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
  });
  return changes.read(signal, stop);
}
