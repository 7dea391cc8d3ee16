import { openOvsdb, openSwitchReplica, type SwitchReplica, type SwitchState } from '@dovesnap/ovs';
import { type MemoryOvsdb, memoryOvsdb } from '@dovesnap/testkit';
import type { DrivenTime } from './driven-time.ts';
import { type FlowTables, flowTables } from './flow-tables.ts';
import { type HostLinks, hostNamespace, isRunning } from './host-links.ts';

/** ovs-vswitchd. When it ends, flows and the devices of internal interfaces go with it; the database stays as it is. */
export interface WorldVswitchd {
  readonly isUp: boolean;
  stop(): void;
  start(): void;
}

/** An Open vSwitch in memory: its database, ovs-vswitchd and the flows of its bridges. */
export interface WorldSwitch {
  readonly server: MemoryOvsdb;
  readonly vswitchd: WorldVswitchd;
  readonly flows: FlowTables;
  /** What the database says now. */
  state(): SwitchState;
  /** The bridge and the number of a port. */
  portOf(link: string): { readonly bridge: string; readonly ofPort: number } | undefined;
  /** Calls after each change of the database, and when ovs-vswitchd has ended or begun. */
  onChange(listener: (state: SwitchState) => void): void;
  /** Opens what a daemon sees of it. */
  connect(signal?: AbortSignal): { db: ReturnType<typeof openOvsdb>; replica: SwitchReplica };
  close(): Promise<void>;
}

/** Nobody looks whether the world's own connection still answers. */
const neverMs = 86_400_000;

/** The address under which the daemon knows the switch. */
const target = 'unix:/run/openvswitch/db.sock';

/** Starts a switch on a host. */
export function worldSwitch(host: HostLinks, time: DrivenTime): WorldSwitch {
  const flows = flowTables();
  const devices = devicesOf(host);
  let isUp = true;
  const server = memoryOvsdb({ devices: devices.find, vswitchd: () => isUp });
  const connect = (signal?: AbortSignal, probe?: number) => {
    const options = { connect: server.connect, clock: time, probe, ...(signal && { signal }) };
    const db = openOvsdb(target, options);
    return { db, replica: openSwitchReplica(db, { clock: time }) };
  };
  let isLooking = false;
  // Once for all links that change together, as ovs-vswitchd does.
  host.onChange(() => {
    if (isLooking) return;
    isLooking = true;
    queueMicrotask(() => {
      isLooking = false;
      server.look();
    });
  });
  const eye = connect(undefined, neverMs);
  const listeners: ((state: SwitchState) => void)[] = [];
  const ended = new AbortController();
  const state = (): SwitchState => {
    if (eye.replica.current === undefined) throw new Error('the switch is not known yet');
    return eye.replica.current;
  };
  const tell = (now: SwitchState): void => {
    flows.run(new Set(isUp ? now.bridges.map(({ name }) => name) : []));
    for (const listener of listeners) listener(now);
  };
  const follow = async (): Promise<void> => {
    for await (const now of eye.replica.changes({ signal: ended.signal })) tell(now);
  };
  void follow();
  return {
    server,
    vswitchd: {
      get isUp() {
        return isUp;
      },
      stop: () => {
        isUp = false;
        devices.remove();
        tell(state());
      },
      start: () => {
        if (isUp) return;
        isUp = true;
        const row = { is_connected: false };
        server.commit([{ op: 'update', table: 'Controller', where: [], row }]);
        tell(state());
      },
    },
    flows,
    state,
    connect: (signal) => connect(signal),
    portOf: (link) =>
      state().bridges.flatMap((bridge) =>
        bridge.ports
          .flatMap((port) => port.interfaces)
          .filter(({ name, ofPort }) => name === link && ofPort !== undefined)
          .map(({ ofPort = 0 }) => ({ bridge: bridge.name, ofPort })),
      )[0],
    onChange: (listener) => void listeners.push(listener),
    close: async () => {
      ended.abort();
      await eye.replica.close();
      await eye.db.close();
    },
  };
}

/** The devices of a host, as ovs-vswitchd opens them; those of internal interfaces it makes itself, and takes along. */
function devicesOf(host: HostLinks) {
  const made = new Set<string>();
  let isMaking = false;
  const find = (name: string) => host.find(hostNamespace, name);
  const keep = (internal: ReadonlySet<string>): void => {
    if (isMaking) return;
    isMaking = true;
    for (const name of [...made].filter((one) => !internal.has(one))) {
      const link = find(name);
      if (link !== undefined) host.remove(link);
      made.delete(name);
    }
    for (const name of internal) {
      if (find(name) === undefined) host.add({ name, kind: 'tun' });
      made.add(name);
    }
    isMaking = false;
  };
  return {
    find: (internal: ReadonlySet<string>) => {
      keep(internal);
      const here = host.all().filter(({ namespace }) => namespace === hostNamespace);
      return new Map(
        here.map((link) => {
          const { ifindex, mac, up } = link;
          return [link.name, { ifindex, mac, up, running: isRunning(link) }];
        }),
      );
    },
    remove: () => keep(new Set()),
  };
}
