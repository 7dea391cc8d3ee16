import { type FaucetConfigError, openFaucetConfig, setInterface } from '../src/index.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const port3 = setInterface('net1', 3, { nativeVlan: 100 });

/** Writes an edit that nobody confirms in time. Gives its revision. */
async function unconfirmed(store: ReturnType<typeof openFaucetConfig>): Promise<number> {
  const error = await store.apply([port3], { deadline: 40 }).then(
    () => undefined,
    (refusal: FaucetConfigError) => refusal,
  );
  say(`${error?.code}`);
  return error?.revision ?? 0;
}

/** What a program may wait for, or have open. Something changes, from outside, when the program says `ready`. */
const programs: Readonly<Record<string, (path: string, metrics: string) => Promise<void>>> = {
  async changes(path) {
    const store = openFaucetConfig(path);
    const { signal } = new AbortController();
    const changes = store.changes({ signal })[Symbol.asyncIterator]();
    const next = changes.next();
    say('ready');
    await next;
  },
  async loaded(path, metrics) {
    const store = openFaucetConfig(path, { metrics });
    const revision = await unconfirmed(store);
    const loaded = store.loaded(revision);
    say('ready');
    await loaded;
  },
  async deadline(path, metrics) {
    const store = openFaucetConfig(path, { metrics });
    const revision = await unconfirmed(store);
    await store.loaded(revision, { deadline: 40 }).catch(({ code }) => say(code));
    const signal = AbortSignal.timeout(40);
    for await (const _ of store.changes({ signal }));
    await store.refresh();
  },
  async idle(path, metrics) {
    await unconfirmed(openFaucetConfig(path, { metrics }));
  },
};

/** Runs one of them and says so when it has come to its end. */
export async function main(name: string, path: string, metrics: string): Promise<void> {
  await programs[name]?.(path, metrics);
  say('over');
}
