import {
  type FakeClock,
  type FakeFaucet,
  type FakeFaucetOptions,
  fakeClock,
  fakeFaucet,
  type MemoryFiles,
  memoryFiles,
} from '@dovesnap/testkit';
import { type FaucetStoreOptions, openFaucetConfig } from '../../src/store/store.ts';
import type { FaucetStore } from '../../src/store/store-types.ts';

export const path = '/etc/faucet/faucet.yaml';

/** An operator's file with a comment that has to stay. */
export const start = `# kept by hand
acls:
  web: [{rule: {actions: {allow: 1}}}]
dps:
  net1:
    dp_id: 1
    interfaces:
      1: {native_vlan: 100}   # uplink
      2: {native_vlan: 100}
`;

/** A store, its Faucet, its file and its time. */
export interface Rig {
  readonly store: FaucetStore;
  readonly faucet: FakeFaucet;
  readonly files: MemoryFiles;
  readonly clock: FakeClock;
  /** Questions asked of the metrics. */
  readonly asked: () => number;
  text(): string | undefined;
  /** Moves the time for as long as the promise is open. */
  run<T>(promise: Promise<T>): Promise<T>;
}

export type RigOptions = Partial<FakeFaucetOptions> & {
  readonly text?: string | undefined;
  readonly more?: Readonly<Record<string, string>>;
  readonly running?: boolean;
  readonly store?: Partial<FaucetStoreOptions>;
};

export async function rig(options: RigOptions = {}): Promise<Rig> {
  const clock = fakeClock();
  const files = memoryFiles({ [path]: options.text ?? start, ...options.more });
  const faucet = fakeFaucet({ read: () => files.texts.get(path) ?? '', ...options });
  if (options.running !== false) faucet.start();
  let asked = 0;
  const store = openFaucetConfig(path, {
    metrics: 'http://127.0.0.1:9302',
    files,
    clock,
    findProcess: async () => ({ pid: 1, startTime: '1' }),
    isStill: async () => true,
    signalProcess: () => faucet.hangup(),
    fetch: async () => {
      asked += 1;
      const page = faucet.page();
      if (page === undefined) throw new Error('connect ECONNREFUSED');
      return { ok: true, status: 200, text: async () => page };
    },
    ...options.store,
  });
  await clock.advance(0);
  return {
    store,
    faucet,
    files,
    clock,
    asked: () => asked,
    text: () => files.texts.get(path),
    run: (promise) => runTime(clock, promise),
  };
}

async function runTime<T>(clock: FakeClock, promise: Promise<T>): Promise<T> {
  let open = true;
  const close = (): void => {
    open = false;
  };
  promise.then(close, close);
  for (let turns = 0; open; turns++) {
    if (turns > 20_000) throw new Error('nothing that is waited for will come');
    await clock.advance(clock.sleepers()[0] ?? 0);
  }
  return await promise;
}

/** The error a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  return await promise.then(
    () => {
      throw new Error('it resolved');
    },
    (error) => error,
  );
}
