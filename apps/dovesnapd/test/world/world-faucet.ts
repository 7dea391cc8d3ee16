import {
  type DpModel,
  type Edit,
  editText,
  type FaucetModel,
  type FaucetStore,
  type InterfaceModel,
  openFaucetConfig,
} from '@dovesnap/faucet-config';
import { type BridgeState, inPortOf } from '@dovesnap/ovs';
import { type FakeFaucet, fakeFaucet, type MemoryFiles, memoryFiles } from '@dovesnap/testkit';
import type { DrivenTime } from './driven-time.ts';
import { floodFlows, mirrorsOf, type PortFlows, portFlows, vidOf } from './faucet-flows.ts';
import { faucetTexts } from './faucet-texts.ts';
import { type HostLinks, hostNamespace, isRunning } from './host-links.ts';
import type { WorldSwitch } from './world-switch.ts';

/** Where Faucet and the daemon look for the configuration. */
export const faucetYaml = '/etc/faucet/faucet.yaml';

/** A Faucet in memory: it reads the file as Faucet does, and gives the connected bridges their flows. */
export interface WorldFaucet extends Pick<FakeFaucet, 'start' | 'stop' | 'hangup'> {
  readonly files: MemoryFiles;
  /** The configuration whose flows the switch was given last. */
  inForce(): FaucetModel | undefined;
  /** What the file says now. */
  model(): FaucetModel;
  /** Changes the file as a person would, who has Faucet load it. */
  edit(edits: readonly Edit[]): void;
  /** Whether it refuses every new text. */
  readonly isRefusing: boolean;
  /** Refuses every new text for this reason; undefined: takes again what it would take. */
  refuse(why: string | undefined): void;
  /** How long it takes to load a text, milliseconds. */
  slow(ms: number): void;
  /** Opens what a daemon sees of it: the real store. */
  store(): FaucetStore;
}

/** What Faucet takes a port to have, whatever the switch has by now. */
interface Installed extends PortFlows {
  /** What of its interface decides about more than its ACLs. */
  readonly role: string;
}

/** Makes a Faucet that runs, with this text. */
export function worldFaucet(
  text: string,
  {
    ovs,
    host,
    time,
    flowsMs,
  }: {
    readonly ovs: WorldSwitch;
    readonly host: HostLinks;
    readonly time: DrivenTime;
    /** How long after Faucet says that it has loaded a text the switch has its flows, milliseconds. */
    readonly flowsMs: number;
  },
): WorldFaucet {
  const files = memoryFiles({ [faucetYaml]: text });
  const connected = new Map<string, Map<number, Installed>>();
  const texts = faucetTexts(faucetYaml);
  const textNow = (): string => files.texts.get(faucetYaml) ?? '';
  let inForce: FaucetModel | undefined;
  /** What it gives bridges that connect: nothing right after its start. */
  let own: FaucetModel | undefined;
  let isRunningNow = false;
  let starts = 0;
  let refusal: string | undefined;
  let delay = 0;
  const dpOf = ({ datapathId, controllers }: BridgeState): DpModel | undefined =>
    isRunningNow && ovs.vswitchd.isUp && controllers.length > 0
      ? [...(own?.dps.values() ?? [])].find(({ dpId }) => dpId === datapathId)
      : undefined;
  const connect = (bridge: BridgeState, isUp: boolean): void => {
    const row = { is_connected: isUp };
    const changes = bridge.controllers
      .filter((controller) => controller.connected !== isUp)
      .map(({ uuid }) => ({
        op: 'update',
        table: 'Controller',
        where: [['_uuid', '==', ['uuid', uuid]]],
        row,
      }));
    if (changes.length > 0) ovs.server.commit(changes);
  };
  const isPortUp = (bridge: string, number: number): boolean =>
    host
      .all()
      .filter((link) => link.namespace === hostNamespace && isRunning(link))
      .map(({ name }) => ovs.portOf(name))
      .some((port) => port?.bridge === bridge && port.ofPort === number);
  const lookAt = (bridge: BridgeState): void => {
    const dp = dpOf(bridge);
    if (dp === undefined || own === undefined) {
      // Nobody says so while ovs-vswitchd is away.
      if (connected.delete(bridge.name) && ovs.vswitchd.isUp) connect(bridge, false);
      return;
    }
    const known = connected.get(bridge.name);
    connected.set(
      bridge.name,
      program(ovs, bridge.name, { model: own, dp, known, isUp: isPortUp }),
    );
    connect(bridge, true);
  };
  const load = (loaded: string): void => {
    const model = texts.model(loaded);
    const start = starts;
    void time.sleep(flowsMs).then(() => {
      // What it had not sent when it ended is lost.
      if (start !== starts || !isRunningNow) return;
      own = model;
      inForce = model;
      for (const bridge of ovs.state().bridges) lookAt(bridge);
    });
  };
  const faucet = fakeFaucet({
    read: textNow,
    refuses: (one) => refusal ?? texts.whyRefused(one),
    onLoaded: load,
    later: (run) => (delay === 0 ? run() : void time.sleep(delay).then(run)),
  });
  ovs.onChange(({ bridges }) => {
    for (const name of [...connected.keys()]) {
      if (!bridges.some((bridge) => bridge.name === name)) connected.delete(name);
    }
    for (const bridge of bridges) {
      if (!connected.has(bridge.name) || !ovs.vswitchd.isUp) lookAt(bridge);
    }
  });
  return {
    files,
    inForce: () => inForce,
    model: () => texts.model(textNow()),
    edit: (edits) => {
      files.put(faucetYaml, editText(textNow(), edits));
      faucet.hangup();
    },
    get isRefusing() {
      return refusal !== undefined;
    },
    refuse: (why) => {
      refusal = why;
    },
    slow: (ms) => {
      delay = ms;
    },
    hangup: faucet.hangup,
    start: () => {
      isRunningNow = true;
      starts += 1;
      faucet.start();
    },
    stop: () => {
      faucet.stop();
      isRunningNow = false;
      own = undefined;
      for (const bridge of ovs.state().bridges) lookAt(bridge);
    },
    store: () =>
      openFaucetConfig(faucetYaml, {
        metrics: 'http://127.0.0.1:9302',
        files,
        clock: time,
        findProcess: async () => ({ pid: 1, startTime: '1' }),
        isStill: async () => true,
        signalProcess: () => faucet.hangup(),
        fetch: async () => {
          const page = faucet.page();
          if (page === undefined) throw new Error('connect ECONNREFUSED');
          return { ok: true, status: 200, text: async () => page };
        },
      }),
  };
}

/**
 * Gives a bridge the flows of its datapath. Without `known`, it has just connected: all flows are deleted first. Else only
 * what has changed is sent: a port whose ACLs have changed gets those again, one that has changed otherwise, or is new,
 * only if it is up. What somebody else has deleted is not missed.
 */
function program(
  ovs: WorldSwitch,
  bridge: string,
  {
    model,
    dp,
    known,
    isUp,
  }: {
    readonly model: FaucetModel;
    readonly dp: DpModel;
    readonly known: ReadonlyMap<number, Installed> | undefined;
    readonly isUp: (bridge: string, number: number) => boolean;
  },
): Map<number, Installed> {
  const wanted = new Map(
    dp.interfaces.flatMap((port): [number, Installed][] =>
      port.number === undefined ? [] : [[port.number, installed(model, dp, port)]],
    ),
  );
  const isStart = known === undefined;
  if (isStart) ovs.flows.change(bridge, { gone: () => true });
  const numberOf = (match: string): number | undefined => {
    const port = inPortOf(match);
    return port === 65534 ? 4294967294 : port;
  };
  for (const number of new Set([...wanted.keys(), ...(known?.keys() ?? [])])) {
    const [before, now] = [known?.get(number), wanted.get(number)];
    const isRole = before?.role !== now?.role;
    const isOwn = (match: string): boolean => numberOf(match) === number;
    if (isRole) {
      const mayHave = isStart || isUp(bridge, number);
      ovs.flows.change(bridge, {
        gone: ({ match }) => isOwn(match),
        added: now !== undefined && mayHave ? [...now.acl, ...now.vlan] : [],
      });
    } else if (textOf(before?.acl) !== textOf(now?.acl)) {
      ovs.flows.change(bridge, {
        gone: ({ table, match }) => table === 0 && isOwn(match),
        added: now?.acl ?? [],
      });
    }
  }
  ovs.flows.change(bridge, { gone: ({ table }) => table === 4, added: floods(model, dp) });
  return wanted;
}

function floods(model: FaucetModel, dp: DpModel) {
  const members = new Map<number, number[]>();
  for (const port of dp.interfaces) {
    const vid = vidOf(model, port);
    if (vid === undefined || port.number === undefined) continue;
    members.set(vid, [...(members.get(vid) ?? []), port.number, ...mirrorsOf(dp, port)]);
  }
  return [...members].flatMap(([vid, numbers]) => floodFlows(vid, [...new Set(numbers)]));
}

function installed(model: FaucetModel, dp: DpModel, port: InterfaceModel): Installed {
  const mirrors = mirrorsOf(dp, port);
  return {
    ...portFlows(model, port, mirrors),
    role: `${roleOf(model, port)} ${mirrors}`,
  };
}

function roleOf(model: FaucetModel, port: InterfaceModel): string {
  const { description: _, acls_in: __, acl_in: ___, ...raw } = port.raw;
  return JSON.stringify([raw, vidOf(model, port)], (_key, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}

function textOf(flows: PortFlows['acl'] | undefined): string {
  return (flows ?? []).map(({ priority, match, actions }) => [priority, match, actions]).join('\n');
}
