import { type Spawn, spawn } from '@dovesnap/command';
import { connectOvsdb, openFlowTracker, openOvsdb, openSwitchReplica } from '../src/index.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
/** An ovs-ofctl that finds no bridge. */
const noBridge: Spawn = (_file, _args, options) => spawn('false', [], options);
/** An ovs-ofctl that follows a bridge on which nothing happens; it says who it is. */
const quietBridge: Spawn = (_file, _args, options) => {
  const child = spawn('sleep', ['600'], options);
  say(`${child.pid}`);
  return child;
};
const sayWhy = async (wait: Promise<unknown>): Promise<void> => {
  await wait.catch((error: unknown) => say(`${(error as { code?: string }).code}`));
};
const impatient = { deadline: 40 };

/** What a program may wait for, or have open. The database at `target` stops when the program says `ready`. */
const programs: Readonly<Record<string, (target: string) => Promise<void>>> = {
  async monitor(target) {
    const db = await connectOvsdb(target);
    const { signal } = new AbortController();
    for await (const { after } of db.monitor({ Bridge: ['name'] }, { signal })) {
      say(`${after?.name}`);
      if (after?.name === 'late0') break;
      say('ready');
    }
  },
  async replica(target) {
    const db = await connectOvsdb(target);
    const { signal } = new AbortController();
    const replica = openSwitchReplica(db);
    for await (const { bridges } of replica.changes({ signal })) {
      if (bridges.some(({ name }) => name === 'late0')) break;
      say('ready');
    }
  },
  async until(target) {
    const replica = openSwitchReplica(await connectOvsdb(target));
    await replica.until(() => true);
    const late = replica.until(({ bridges }) => bridges.some(({ name }) => name === 'late0'));
    say('ready');
    await late;
  },
  async states(target) {
    const db = await connectOvsdb(target);
    const { signal } = new AbortController();
    let isBack = false;
    for await (const state of db.states({ signal })) {
      if (state === 'disconnected') isBack = true;
      else if (isBack) break;
      else say('ready');
    }
  },
  async lock(target) {
    const lock = (await connectOvsdb(target)).lock('l');
    await lock.acquired();
    say('ready');
    while (lock.owned) await new Promise(setImmediate);
    await lock.acquired();
    await lock.release();
  },
  async deadline() {
    const db = openOvsdb('unix:/nowhere/db.sock');
    const replica = openSwitchReplica(db);
    await sayWhy(replica.until(() => true, impatient));
    await sayWhy(db.lock('l').acquired(impatient));
    await sayWhy(connectOvsdb('unix:/nowhere/db.sock', impatient));
    const tracker = openFlowTracker('lab0', { spawn: noBridge });
    await sayWhy(tracker.until(1, () => true, impatient));
  },
  async signal() {
    const signal = AbortSignal.timeout(40);
    const db = openOvsdb('unix:/nowhere/db.sock');
    for await (const row of db.monitor({ Bridge: ['name'] }, { signal })) say(String(row));
    const tracker = openFlowTracker('lab0', { spawn: noBridge });
    const later = { signal: AbortSignal.timeout(40) };
    for await (const ports of tracker.changes(later)) say(String(ports));
  },
  async closing() {
    const tracker = openFlowTracker('lab0', { spawn: quietBridge });
    await tracker.close();
    await openOvsdb('unix:/nowhere/db.sock').close();
  },
  async idle(target) {
    const db = await connectOvsdb(target);
    const replica = openSwitchReplica(db);
    await replica.until(() => true);
    await db.lock('l').acquired();
    await db.transact([{ op: 'comment', comment: 1n }]).catch(() => undefined);
    db.subscribe({ Bridge: ['name'] }, { changed: () => undefined, synced: () => undefined });
  },
  async away() {
    openSwitchReplica(openOvsdb('unix:/nowhere/db.sock')).current;
    openFlowTracker('lab0', { spawn: noBridge });
  },
  async following() {
    openFlowTracker('lab0', { spawn: quietBridge });
  },
};

/** Runs one of them and says so when it has come to its end. */
export async function main(name: string, target: string): Promise<void> {
  await programs[name]?.(target);
  say('over');
}
