import type { Readable } from 'node:stream';
import type { Wait } from '@dovesnap/ovs';
import Dockerode from 'dockerode';
import type { AddressPool, CleanupDocker, Clock, Docker, DockerContainer } from '../edges/edges.ts';
import { dockerEvents } from './docker-events.ts';
import { parseContainer, parseNetwork, type RawContainer, type RawNetwork } from './docker-json.ts';

/** Look-ups inside a request that dockerd waits for: a longer silence than this means that dockerd is booting. */
const lookupMs = 1000;

/** Docker behind its unix socket. Paths carry no API version, so every engine answers with its own. */
export function dockerApi(options: {
  readonly socketPath: string;
  readonly driver: string;
  readonly clock: Clock;
}): Docker {
  const api = new Dockerode({ socketPath: options.socketPath });
  const imageLabels = new Map<string, Readonly<Record<string, string>>>();
  let pools: readonly AddressPool[] | undefined;
  let serving = false;
  const info = async (wait?: Wait): Promise<RawInfo> =>
    (await withDeadline(wait, () => api.info())) as RawInfo;
  const listContainers = async (filters: object, wait?: Wait): Promise<DockerContainer[]> => {
    const list = await withDeadline(wait, (abortSignal) =>
      api.listContainers({ all: true, ...filters, abortSignal }),
    );
    return (list as readonly RawContainer[]).map(parseContainer);
  };
  return {
    get serving() {
      return serving;
    },
    engineId: async (wait) => (await info(wait)).ID,
    engineVersion: async (wait) => (await info(wait)).ServerVersion,
    addressPools: async (wait) => {
      if (pools === undefined) {
        pools = ((await info(wait)).DefaultAddressPools ?? []).map(({ Base, Size }) => ({
          base: Base,
          size: Size,
        }));
      }
      return pools;
    },
    networks: async (wait) => {
      const filters = { driver: [options.driver] };
      const list = (await withDeadline(wait, (abortSignal) =>
        api.listNetworks({ filters, abortSignal } as object),
      )) as readonly RawNetwork[];
      return list.filter((item) => item.Driver === options.driver).map(parseNetwork);
    },
    network: async (id, wait) => {
      const raw = (await inspect(api.getNetwork(id), wait)) as RawNetwork | undefined;
      return raw === undefined ? undefined : parseNetwork(raw);
    },
    containerNamed: async (name, wait) => {
      const filters = { name: [`^/${name.replaceAll('.', '\\.')}$`] };
      return (await listContainers({ filters }, wait)).find((item) => item.name === name);
    },
    containersLabelled: (key, wait) => listContainers({ filters: { label: [key] } }, wait),
    imageLabels: async (imageId, wait) => {
      const known = imageLabels.get(imageId);
      if (known !== undefined) return known;
      const image = (await inspect(api.getImage(imageId), wait)) as RawImage | undefined;
      const labels = image?.Config?.Labels ?? {};
      imageLabels.set(imageId, labels);
      return labels;
    },
    containerPid: async (id, wait) => {
      const raw = (await inspect(api.getContainer(id), wait)) as RawState | undefined;
      return raw === undefined || raw.State.Pid === 0 ? undefined : raw.State.Pid;
    },
    events: async function* ({ signal }) {
      const filters = { type: ['network', 'container'] };
      const open = async (): Promise<Readable> =>
        (await api.getEvents({ filters, abortSignal: signal } as object)) as unknown as Readable;
      for await (const event of dockerEvents({ open, clock: options.clock, signal })) {
        if (event.kind === 'serving') serving = true;
        if (event.kind === 'away') serving = false;
        yield event;
      }
    },
  };
}

/** Taking a container off a network, or ending it, takes seconds at worst; past this dockerd does not answer. */
const callMs = 60_000;

/** Docker where its own client would look for it (`DOCKER_HOST`), for those who take networks away by hand. */
export function dockerCleanup(driver: string): CleanupDocker {
  const api = new Dockerode();
  const late = () => ({ abortSignal: AbortSignal.timeout(callMs) });
  return {
    networks: async () => {
      const listed = await api.listNetworks({ filters: { driver: [driver] }, ...late() } as object);
      const exact = listed.filter((item) => item.Driver === driver);
      return exact.map((item) => ({ id: item.Id, name: item.Name }));
    },
    containersOn: async (networkId) => {
      const found = await api.listContainers({ filters: { network: [networkId] }, ...late() });
      return found.map((item) => ({ id: item.Id, name: (item.Names[0] ?? '').slice(1) }));
    },
    disconnect: (networkId, containerId) =>
      api.getNetwork(networkId).disconnect({ Container: containerId, Force: true, ...late() }),
    kill: (containerId) => api.getContainer(containerId).kill(late()),
    remove: (networkId) => api.getNetwork(networkId).remove(late()),
  };
}

interface RawInfo {
  readonly ID: string;
  readonly ServerVersion?: string;
  readonly DefaultAddressPools?: readonly { readonly Base: string; readonly Size: number }[] | null;
}

interface RawImage {
  readonly Config?: { readonly Labels?: Readonly<Record<string, string>> | null } | null;
}

interface RawState {
  readonly State: { readonly Pid: number };
}

/** Inspects a thing; undefined when there is no such thing. dockerode's types know no options of `inspect`, its code does. */
async function inspect(subject: object, wait: Wait | undefined): Promise<unknown> {
  const inspectable = subject as { inspect(options: object): Promise<unknown> };
  try {
    return await withDeadline(wait, (abortSignal) => inspectable.inspect({ abortSignal }));
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

async function withDeadline(
  wait: Wait | undefined,
  call: (abortSignal: AbortSignal) => Promise<unknown>,
): Promise<unknown> {
  const late = AbortSignal.timeout(wait?.deadline ?? lookupMs);
  const signal = wait?.signal === undefined ? late : AbortSignal.any([late, wait.signal]);
  let fail = (): void => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = () => reject(new Error('Docker does not answer'));
  });
  signal.addEventListener('abort', fail, { once: true });
  try {
    return await Promise.race([call(signal), failed]);
  } finally {
    // The signal lives until its deadline, and would keep the answer for as long.
    signal.removeEventListener('abort', fail);
  }
}
