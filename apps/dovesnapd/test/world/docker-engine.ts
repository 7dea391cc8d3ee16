import { createHash } from 'node:crypto';
import type {
  Clock,
  Docker,
  DockerContainer,
  DockerEvent,
  DockerNetwork,
} from '../../src/edges/edges.ts';
import { feed } from './feed.ts';

/** A network as Docker keeps it. */
export interface EngineNetwork extends Omit<DockerNetwork, 'endpoints'> {
  readonly endpoints: Map<string, DockerNetwork['endpoints'][number]>;
  /** Addresses that were given out so far. */
  given: number;
  /** Endpoints that are being made. */
  creating: number;
}

/** A Docker engine in memory: what it knows, and what it tells. */
export interface DockerEngine {
  readonly networks: Map<string, EngineNetwork>;
  readonly containers: Map<string, DockerContainer>;
  /** The processes of running containers, by the containers' ids. */
  readonly pids: Map<string, number>;
  /** The first number of its version, which decides about the order of its calls. */
  readonly major: number;
  /** Whether its API answers. */
  readonly isUp: boolean;
  /** Makes an id, another each time. */
  newId(): string;
  networkNamed(name: string): EngineNetwork;
  tell(event: DockerEvent): void;
  /** What it has told of networks and containers, whoever has heard of it. */
  readonly told: readonly Extract<DockerEvent, { action: string }>[];
  stop(): void;
  start(): void;
  /** Opens what a daemon sees of it. */
  edge(): Docker;
}

/** How Docker calls this engine. */
export const engineId = 'WRLD:0001';

/** How long the engine takes to answer a daemon that begins to listen, milliseconds. */
const answerMs = 2;

/** The version of an engine when nobody asks for another. */
export const usualEngine = '28.5.2';

/** Starts an engine without networks. */
export function dockerEngine(clock: Clock, version: string = usualEngine): DockerEngine {
  const networks = new Map<string, EngineNetwork>();
  const containers = new Map<string, DockerContainer>();
  const pids = new Map<string, number>();
  const events = feed<DockerEvent>();
  const told: Extract<DockerEvent, { action: string }>[] = [];
  let isUp = true;
  let lastId = 0;
  const answer = <T>(make: () => T) => {
    return async (): Promise<T> => {
      if (!isUp) throw new Error('Docker does not answer');
      return make();
    };
  };
  const edge = (): Docker => {
    let serving = false;
    return {
      get serving() {
        return serving;
      },
      engineId: answer(() => engineId),
      engineVersion: answer(() => version),
      addressPools: answer(() => [{ base: '10.9.0.0/16', size: 24 }]),
      networks: answer(() => [...networks.values()].map((one) => ({ ...one, endpoints: [] }))),
      network: (id) =>
        answer(() => {
          const found = networks.get(id);
          return found && { ...found, endpoints: [...found.endpoints.values()] };
        })(),
      containerNamed: (name) => answer(() => containers.get(name))(),
      containersLabelled: (key) =>
        answer(() => [...containers.values()].filter(({ labels }) => key in labels))(),
      imageLabels: answer(() => ({})),
      containerPid: (id) => answer(() => pids.get(id))(),
      events: async function* ({ signal }) {
        const coming = events.read(signal);
        await clock.sleep(answerMs, signal);
        serving = isUp;
        if (isUp) yield { kind: 'serving' };
        for await (const event of coming) {
          if (event.kind === 'serving') serving = true;
          if (event.kind === 'away') serving = false;
          yield event;
        }
      },
    };
  };
  return {
    networks,
    containers,
    pids,
    major: Number.parseInt(version, 10),
    get isUp() {
      return isUp;
    },
    newId: () => createHash('sha256').update(`id ${++lastId}`).digest('hex'),
    networkNamed: (name) => {
      const found = [...networks.values()].find((network) => network.name === name);
      if (found === undefined) throw new Error(`network ${name} not found`);
      return found;
    },
    told,
    tell: (event) => {
      if (isUp && 'action' in event) told.push(event);
      if (isUp) events.push(event);
    },
    stop: () => {
      isUp = false;
      events.push({ kind: 'away' });
    },
    start: () => {
      isUp = true;
      events.push({ kind: 'serving' });
    },
    edge,
  };
}
