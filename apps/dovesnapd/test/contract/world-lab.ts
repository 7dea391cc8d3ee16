import { createHash } from 'node:crypto';
import { inPortOf, planPorts, planRemovePorts } from '@dovesnap/ovs';
import { parseMetrics, type Sample, sampleValue } from '@dovesnap/testkit';
import { networksView } from '../../src/status/networks-view.ts';
import type { NetworkStatus } from '../e2e/network-status.ts';
import { hostNamespace, isRunning } from '../world/host-links.ts';
import { openWorld, type World } from '../world/open-world.ts';
import { faucetYaml } from '../world/world-faucet.ts';
import type { ContractLab, LabDocker, LabFaucet, LabSwitch } from './contract-lab.ts';

/** How long the world has for what a case waits for, and how far it looks ahead each time, milliseconds. */
const [longestMs, stepMs] = [30_000, 10];

/** Moves a world's time for as long as any of the promises that it was given is open. */
type Drive = <T>(promise: Promise<T>) => Promise<T>;

/** A world as the contract's cases use it, with an engine of this version. */
export async function worldLab(version: string): Promise<ContractLab> {
  const world = await openWorld({ engine: version });
  const drive = driver(world);
  const own = world.ovs.connect();
  return {
    docker: dockerOf(world, drive),
    daemon: {
      start: () => drive(Promise.resolve(world.startDaemon())),
      stop: () => drive(world.stopDaemon()),
      network: async (name) => {
        if (!world.runsDaemon) return undefined;
        const shown = networksView(world.daemon().source.networks(), 'WRLD');
        const all = Object.values(shown) as unknown as readonly NetworkStatus[];
        return all.find(({ NetworkName }) => NetworkName === name);
      },
    },
    faucet: faucetOf(world),
    ovs: switchOf(world, own, drive),
    link: async (name) => {
      const link = world.host.find(hostNamespace, name);
      return link && { ifindex: link.ifindex, up: link.up, running: isRunning(link) };
    },
    setLink: async (name, state) => {
      const link = world.host.find(hostNamespace, name);
      if (link !== undefined) world.host.change(link, { up: state === 'up' });
    },
    until: async (probe) => {
      const end = world.time.now() + longestMs;
      while (!(await drive(probe()))) {
        if (world.time.now() > end) throw new Error('it does not happen');
        await world.time.advance(stepMs);
      }
    },
    close: async () => {
      await own.replica.close();
      await own.db.close();
      await world.close();
    },
  };
}

/** One mover of the time for all that is waited for at once. */
function driver(world: World): Drive {
  const open = new Set<Promise<unknown>>();
  let moving: Promise<void> | undefined;
  const move = async (): Promise<void> => {
    while (open.size > 0) {
      await world.time.run(Promise.race([...open].map((one) => one.catch(() => undefined))));
    }
  };
  return async (promise) => {
    open.add(promise);
    const done = promise.finally(() => open.delete(promise));
    moving ??= move().finally(() => {
      moving = undefined;
    });
    await Promise.race([done.catch(() => undefined), moving]);
    return done;
  };
}

function dockerOf({ docker, engine, calls, time }: World, drive: Drive): LabDocker {
  return {
    major: engine.major,
    createNetwork: async (name, { hasRouter = false } = {}) => {
      await drive(
        docker.createNetwork(name, { 'ovs.bridge.mode': 'flat' }, hasRouter ? 9 : undefined),
      );
      // The daemon learns its name, and its ports get their flows.
      await time.settle();
    },
    removeNetwork: (name) => drive(docker.removeNetwork(name)),
    run: (name, network, labels) => drive(docker.run(name, network, labels)),
    restart: (name) => drive(docker.restart(name)),
    connect: (name, network) => drive(docker.connect(name, network)),
    disconnect: (name, network) => drive(docker.disconnect(name, network)),
    remove: (name) => drive(docker.remove(name)),
    callsOf: async (act) => {
      const since = calls.length;
      await act();
      return calls.slice(since);
    },
    watchEvents: async () => {
      const since = engine.told.length;
      return async () => engine.told.slice(since).map(({ kind, action }) => `${kind} ${action}`);
    },
  };
}

function faucetOf({ faucet }: World): LabFaucet {
  const samples = (): readonly Sample[] => parseMetrics(faucet.page() ?? '');
  const info = () => samples().find(({ name }) => name === 'faucet_config_hash_info')?.labels;
  const count = (kind: 'warm' | 'cold'): number =>
    sampleValue(samples(), `faucet_config_reload_${kind}_total`) ?? 0;
  return {
    edit: async (edits) => faucet.edit(edits),
    hasLoaded: async () => {
      const text = faucet.files.texts.get(faucetYaml) ?? '';
      return info()?.hashes === createHash('sha256').update(text).digest('hex');
    },
    refusal: async () => info()?.error ?? '',
    restarts: async () => ({ warm: count('warm'), cold: count('cold') }),
    start: async () => faucet.start(),
    stop: async () => faucet.stop(),
  };
}

function switchOf(
  { ovs, time }: World,
  { db }: ReturnType<World['ovs']['connect']>,
  drive: Drive,
): LabSwitch {
  return {
    state: async () => ovs.state(),
    flows: async (bridge) => ovs.flows.flows(bridge),
    deleteFlows: async (bridge, ofPort) =>
      ovs.flows.change(bridge, { gone: ({ match }) => inPortOf(match) === ofPort }),
    addPort: async (bridge, name) => {
      await drive(db.transact(planPorts(ovs.state(), bridge, [{ name }])));
      await time.settle();
    },
    removePort: async (bridge, name) => {
      await drive(db.transact(planRemovePorts(ovs.state(), bridge, [name])));
    },
    kill: async () => ovs.vswitchd.stop(),
    start: async () => ovs.vswitchd.start(),
  };
}
