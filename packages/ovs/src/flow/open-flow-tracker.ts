import { held } from '@dovesnap/command';
import { channel } from '../channel.ts';
import { systemClock } from '../clock.ts';
import { OvsError } from '../error.ts';
import type { Backoff } from '../ovsdb/link.ts';
import { endWhen, waitFor } from '../wait.ts';
import { type FlowMonitor, type FlowMonitorOptions, startFlowMonitor } from './flow-monitor.ts';
import { flowTable } from './flow-table.ts';
import type { FlowTracker } from './flow-types.ts';
import { type FlowMonitorEvent, flowMonitorReader } from './flow-updates.ts';

/** Options for a flow tracker. */
export interface FlowTrackerOptions extends FlowMonitorOptions {
  /** Delays between attempts to follow the bridge. Default 20 ms, doubled up to 1 s. */
  readonly backoff?: Backoff | undefined;
  /** Called when all flows of the bridge are known: the first time, and again after each restart of ovs-vswitchd. */
  readonly onKnown?: (() => void) | undefined;
}

type TrackedEvent = Exclude<FlowMonitorEvent, { type: 'broken' }>;

/**
 * Follows the flows of a bridge with `ovs-ofctl monitor` until closed. It keeps following when the bridge is removed
 * and added again and when ovs-vswitchd restarts; all flows are then reported again. The tracker does not keep the
 * process alive, but a caller that waits for it does.
 */
export function openFlowTracker(bridge: string, options: FlowTrackerOptions = {}): FlowTracker {
  const { clock = systemClock } = options;
  const table = flowTable();
  const listeners = new Set<(ports: ReadonlySet<number>) => void>();
  const ended = new AbortController();
  let live = false;
  let untold = new Set<number>();

  const tell = (): void => {
    const ports = untold;
    untold = new Set();
    for (const listener of [...listeners]) listener(ports);
  };
  const onEvent = (event: TrackedEvent): void => {
    if (event.type === 'updates') {
      for (const port of table.apply(event.changes)) untold.add(port);
      live ||= event.initialDone;
      if (event.initialDone) options.onKnown?.();
    } else live = event.type === 'resumed';
    if (live) tell();
  };
  const onLost = (): void => {
    live = false;
    for (const port of table.clear()) untold.add(port);
    tell();
  };
  const following = keepFollowing(bridge, options, ended.signal, onEvent, onLost);
  const until: FlowTracker['until'] = async (inPort, test, wait = {}) => {
    await waitFor<unknown>(
      `Waiting for flows of port ${inPort} on bridge ${bridge}`,
      wait,
      (ending) => {
        const check = endWhen(ending, () => {
          if (ended.signal.aborted) throw closedError(bridge);
          return live && test(table.flowsOf(inPort)) ? true : undefined;
        });
        listeners.add(check);
        check();
        return () => listeners.delete(check);
      },
      clock,
    );
  };
  return {
    bridge,
    get live() {
      return live;
    },
    get emptied() {
      return table.emptied;
    },
    flowsOf: table.flowsOf,
    flows: table.flows,
    until,
    changes: ({ signal }) => {
      const batches = channel<ReadonlySet<number>>(
        (waiting, more) => new Set([...waiting, ...more]),
      );
      const push = (ports: ReadonlySet<number>): void => {
        if (ports.size > 0) batches.push(ports);
      };
      listeners.add(push);
      return batches.read(signal, () => listeners.delete(push));
    },
    close: async () => {
      ended.abort();
      await held(following);
      tell();
    },
  };
}

async function keepFollowing(
  bridge: string,
  options: FlowTrackerOptions,
  signal: AbortSignal,
  onEvent: (event: TrackedEvent) => void,
  onLost: () => void,
): Promise<void> {
  const { clock = systemClock } = options;
  const { first, last } = options.backoff ?? { first: 20, last: 1000 };
  let delay = first;
  while (!signal.aborted) {
    const told = await followOnce(startFlowMonitor(bridge, options, signal), onEvent);
    onLost();
    if (signal.aborted) return;
    if (told) delay = first;
    await clock.sleep(delay, signal).catch(() => undefined);
    delay = Math.min(2 * delay, last);
  }
}

/** Reads one monitor to its end. Resolves to whether it reported all present flows. */
async function followOnce(
  monitor: FlowMonitor,
  onEvent: (event: TrackedEvent) => void,
): Promise<boolean> {
  let told = false;
  const read = flowMonitorReader((event) => {
    if (event.type === 'broken') void monitor.close();
    else onEvent(event);
    told ||= event.type === 'updates' && event.initialDone;
  });
  for await (const { stream, text } of monitor.lines) if (stream === 'stderr') read(text);
  await monitor.ended;
  return told;
}

function closedError(bridge: string): OvsError {
  return new OvsError('ABORTED', `The flow tracker of bridge ${bridge} was closed`, { bridge });
}
