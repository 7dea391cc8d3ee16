import {
  type AclRuleModel,
  type DpModel,
  type Edit,
  editText,
  type FaucetModel,
  type FaucetStore,
  openFaucetConfig,
} from '@dovesnap/faucet-config';
import type { BridgeState } from '@dovesnap/ovs';
import { type FakeFaucet, fakeFaucet, type MemoryFiles, memoryFiles } from '@dovesnap/testkit';
import type { DrivenTime } from './driven-time.ts';
import { followLinks, type Installed, program, restartOf } from './faucet-program.ts';
import { faucetTexts } from './faucet-texts.ts';
import { heardPorts } from './heard-ports.ts';
import type { HostLinks } from './host-links.ts';
import type { WorldSwitch } from './world-switch.ts';

/** Where Faucet and the daemon look for the configuration. */
export const faucetYaml = '/etc/faucet/faucet.yaml';

/** A text of faucet.yaml, and what it says. */
export interface Written {
  readonly text: string;
  readonly model: FaucetModel;
}

/** A Faucet in memory: it reads the file as Faucet does, and gives the connected bridges their flows. */
export interface WorldFaucet extends Pick<FakeFaucet, 'start' | 'stop' | 'hangup' | 'page'> {
  readonly files: MemoryFiles;
  /** The configuration whose flows the switch was given last. */
  inForce(): FaucetModel | undefined;
  /** What the file says now. */
  model(): FaucetModel;
  /** Changes the file as a person would, who has Faucet load it. */
  edit(edits: readonly Edit[]): void;
  /** What operators have written themselves, each time without what a daemon has added to it: the last first. */
  operators(): readonly [Written, ...Written[]];
  /** Whether it refuses every new text. */
  readonly isRefusing: boolean;
  /** Refuses every new text for this reason; undefined: takes again what it would take. */
  refuse(why: string | undefined): void;
  /** How long it takes to load a text, milliseconds. */
  slow(ms: number): void;
  /** Opens what a daemon sees of it: the real store. */
  store(): FaucetStore;
}

/** How long a bridge whose connection Faucet has closed takes to connect again, milliseconds: Open vSwitch's first pause. */
const reconnectMs = 1000;

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
  const heard = heardPorts(ovs, host);
  const texts = faucetTexts(faucetYaml);
  const textNow = (): string => files.texts.get(faucetYaml) ?? '';
  const written: [Written, ...Written[]] = [{ text, model: texts.model(text) }];
  let inForce: FaucetModel | undefined;
  /** What it gives bridges that connect: nothing right after its start. */
  let own: FaucetModel | undefined;
  /** What it has loaded last, whoever has its flows by now. */
  let loaded: FaucetModel | undefined;
  let refused: ReadonlySet<AclRuleModel> = new Set();
  let isRunningNow = false;
  let starts = 0;
  let refusal: string | undefined;
  let delay = 0;
  /** Bridges whose connections it has closed, until they connect again. */
  const closed = new Set<string>();
  const dpOf = ({ name, datapathId, controllers }: BridgeState): DpModel | undefined =>
    isRunningNow && ovs.vswitchd.isUp && controllers.length > 0 && !closed.has(name)
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
  const lookAt = (bridge: BridgeState): void => {
    const dp = dpOf(bridge);
    if (dp === undefined || own === undefined) {
      // Nobody says so while ovs-vswitchd is away.
      if (connected.delete(bridge.name) && ovs.vswitchd.isUp) connect(bridge, false);
      return;
    }
    const known = connected.get(bridge.name);
    if (known === undefined) heard.connect(bridge.name, unfollowed(dp));
    connected.set(
      bridge.name,
      program(bridge.name, { flows: ovs.flows, model: own, dp, refused, known, isUp: heard.isUp }),
    );
    connect(bridge, true);
  };
  const load = (text: string): void => {
    const model = texts.model(text);
    const rules = texts.refusedRules(text);
    loaded = model;
    const start = starts;
    void time.sleep(flowsMs).then(() => {
      // What it had not sent when it ended is lost.
      if (start !== starts || !isRunningNow) return;
      const before = own;
      own = model;
      inForce = model;
      refused = rules;
      for (const bridge of ovs.state().bridges) {
        const dp = dpOf(bridge);
        const isCold = before && dp && restartOf([before, model], dp.name) === 'cold';
        if (isCold === true && connected.has(bridge.name)) close(bridge.name);
        lookAt(bridge);
      }
    });
  };
  const close = (name: string): void => {
    closed.add(name);
    void time.sleep(reconnectMs).then(() => {
      closed.delete(name);
      for (const bridge of ovs.state().bridges) if (bridge.name === name) lookAt(bridge);
    });
  };
  const restartTo = (text: string): 'none' | 'warm' | 'cold' => {
    const models = [loaded ?? texts.model(text), texts.model(text)] as const;
    const all = [...models[1].dps.keys()].map((name) => restartOf(models, name));
    return all.includes('cold') ? 'cold' : all.includes('warm') ? 'warm' : 'none';
  };
  const faucet = fakeFaucet({
    read: textNow,
    refuses: (one) => refusal ?? texts.whyRefused(one),
    onLoaded: load,
    restart: restartTo,
    later: (run) => (delay === 0 ? run() : void time.sleep(delay).then(run)),
  });
  const follow = (): void => {
    heard.hear();
    for (const [name, known] of connected) {
      followLinks(name, known, { flows: ovs.flows, isUp: heard.isUp });
    }
  };
  let isFollowing = false;
  host.onChange(() => {
    if (isFollowing) return;
    isFollowing = true;
    queueMicrotask(() => {
      isFollowing = false;
      follow();
    });
  });
  ovs.onChange(({ bridges }) => {
    for (const name of [...connected.keys()]) {
      if (!bridges.some((bridge) => bridge.name === name)) connected.delete(name);
    }
    for (const bridge of bridges) {
      if (!connected.has(bridge.name) || !ovs.vswitchd.isUp) lookAt(bridge);
    }
    follow();
  });
  return {
    files,
    inForce: () => inForce,
    model: () => texts.model(textNow()),
    operators: () => written,
    edit: (edits) => {
      const own = edits.filter((edit) => edit.kind === 'set-acl' && !isOurs(edit.acl));
      if (own.length > 0) {
        const text = editText(written[0].text, own);
        written.unshift({ text, model: texts.model(text) });
      }
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
    page: faucet.page,
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

/** Whether an ACL is one that a daemon has written. */
function isOurs(acl: string): boolean {
  return acl.startsWith('dovesnap-');
}

/** The ports whose state Faucet does not go by: when a bridge connects, it takes them for up (faucet 1.10.12). */
function unfollowed({ interfaces }: DpModel): number[] {
  return interfaces.flatMap(({ number, opstatusReconf }) =>
    number === undefined || opstatusReconf ? [] : [number],
  );
}
