import { type Child, type Spawn, spawn as spawnCommand } from '@dovesnap/command';
import { channel } from '../channel.ts';
import { type Clock, systemClock } from '../clock.ts';
import { OvsError } from '../error.ts';
import type { Backoff } from '../ovsdb/link.ts';
import { endWhen, waitFor } from '../wait.ts';
import { bridgeSocket } from './bridge-socket.ts';
import { flowTable } from './flow-table.ts';
import { type FlowMonitorEvent, flowMonitorReader } from './flow-updates.ts';
import type { FlowTracker } from './types.ts';

/** How the flow monitor is run. */
export interface FlowTrackerOptions {
  readonly spawn?: Spawn | undefined;
  /** Where the sockets of the bridges are. Default: where ovs-ofctl was built to look, usually /run/openvswitch. */
  readonly rundir?: string | undefined;
  /** OpenFlow version to speak. Default `OpenFlow13`; the bridge must allow it. */
  readonly protocol?: string | undefined;
  /** Waits between two tries to follow the bridge. Default 20 ms, doubled up to 1 s. */
  readonly backoff?: Backoff | undefined;
  /** Called when all flows of the bridge have been told anew: at first, and after each restart of ovs-vswitchd. */
  readonly onKnown?: (() => void) | undefined;
  readonly clock?: Clock | undefined;
}

type TrackedEvent = Exclude<FlowMonitorEvent, { type: 'broken' }>;

/**
 * Follows the flows of a bridge, from now until closed, by `ovs-ofctl monitor`: through the bridge's removal and return
 * and restarts of ovs-vswitchd, after each of which everything is told anew.
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
      await following;
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
  const { spawn = spawnCommand, clock = systemClock, protocol = 'OpenFlow13' } = options;
  const { first, last } = options.backoff ?? { first: 20, last: 1000 };
  // No control socket: none is left behind, and no directory for it is needed.
  const flags = ['-O', protocol, '--no-names', '--unixctl=none', '-mmmm'];
  const args = [...flags, 'monitor', bridgeSocket(bridge, options.rundir), 'watch:'];
  let delay = first;
  while (!signal.aborted) {
    const told = await followOnce(spawn('ovs-ofctl', args, { signal }), onEvent);
    onLost();
    if (signal.aborted) return;
    if (told) delay = first;
    await clock.sleep(delay, signal).catch(() => undefined);
    delay = Math.min(2 * delay, last);
  }
}

/** Reads one monitor to its end. Resolves to whether it told what was there. */
async function followOnce(child: Child, onEvent: (event: TrackedEvent) => void): Promise<boolean> {
  let told = false;
  let early: string[] = [];
  const take = (event: FlowMonitorEvent): void => {
    if (event.type === 'broken') void child.close();
    else onEvent(event);
    told ||= event.type === 'updates' && event.initialDone;
  };
  const readInitial = flowMonitorReader(take);
  const readLater = flowMonitorReader(take);
  for await (const { stream, text } of child.lines) {
    // ovs-ofctl 3.1.0 prints what was there to standard output and what comes later to standard error: two pipes, and
    // the later one may be ahead.
    if (stream === 'stdout') readInitial(text);
    else early.push(text);
    if (!told || early.length === 0) continue;
    const lines = early;
    early = [];
    for (const line of lines) readLater(line);
  }
  await child.exited.catch(() => undefined);
  return told;
}

function closedError(bridge: string): OvsError {
  return new OvsError('ABORTED', `The flow tracker of bridge ${bridge} was closed`, { bridge });
}
