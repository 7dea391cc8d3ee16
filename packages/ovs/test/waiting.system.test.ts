import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, spawn } from '@dovesnap/command';
import {
  type BuiltProgram,
  buildProgram,
  type FakeOvsdb,
  fakeOvsdb,
  privateOvs,
  until,
} from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectOvsdb, planBridge } from '../src/index.ts';

let program: BuiltProgram;

beforeAll(async () => {
  program = await buildProgram(new URL('waiting-program.ts', import.meta.url));
});
afterAll(async () => await program.remove());

async function addBridge(target: string, name: string): Promise<void> {
  const db = await connectOvsdb(target, { deadline: 5000 });
  await db.transact(planBridge(undefined, { name }));
  await db.close();
}

/** A database that can go away and come back with all that is in it. */
interface Database {
  readonly target: string;
  restart(): Promise<void>;
}

function restartable(server: FakeOvsdb): Database {
  return {
    target: server.target,
    restart: async () => {
      await server.stop();
      await server.start();
    },
  };
}

/** Runs a program whose database goes away and comes back when it says `ready`; gives the lines that it printed. */
async function runOn(database: Database, name: string): Promise<readonly string[]> {
  await addBridge(database.target, 'lab0');
  const child = spawn(process.execPath, [program.file, name, database.target]);
  const said: string[] = [];
  for await (const { text } of child.lines) {
    said.push(text);
    if (text !== 'ready') continue;
    await database.restart();
    await addBridge(database.target, 'late0');
  }
  expect(await child.exited).toEqual({ code: 0, signal: undefined });
  return said;
}

async function runBeside(name: string): Promise<readonly string[]> {
  const server = await fakeOvsdb({ path: join(program.path, `${name}.sock`) });
  try {
    return await runOn(restartable(server), name);
  } finally {
    await server.close();
  }
}

const lines = async (name: string): Promise<readonly string[]> => {
  const { stdout } = await run(process.execPath, [program.file, name]);
  return stdout.trim().split('\n');
};

/** The last of a program that its parent has ended is up to the kernel and to process 1. */
const gone = (pid: string | undefined): Promise<boolean> =>
  until(
    async () => {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State: X');
      return /^State:\s+[ZX]/m.test(status);
    },
    { what: `the end of process ${pid}` },
  );

describe('a program of its own', () => {
  it.concurrent.each(['monitor', 'replica', 'until', 'states', 'lock'])(
    'that waits for %s lives on while the database is away',
    async (name) => {
      const said = await runBeside(name);
      expect(said).toContain('ready');
      expect(said.at(-1)).toBe('over');
    },
  );

  it.concurrent('lives on while a real ovsdb-server is restarted', async () => {
    const ovs = await privateOvs({ datapath: false });
    try {
      const database = { target: ovs.dbTarget, restart: ovs.restartDatabase };
      expect(await runOn(database, 'monitor')).toEqual(['lab0', 'ready', 'late0', 'over']);
    } finally {
      await ovs.close();
    }
  });

  it.concurrent('waits as long as its deadlines and signals say', async () => {
    const codes = ['TIMEOUT', 'TIMEOUT', 'NOT_CONNECTED', 'TIMEOUT'];
    expect(await lines('deadline')).toEqual([...codes, 'over']);
    expect(await lines('signal')).toEqual(['over']);
  });

  it.concurrent('waits for what it closes to have ended', async () => {
    const [pid, last] = await lines('closing');
    expect(last).toBe('over');
    await gone(pid);
  });

  it.concurrent('ends when nothing is waited for, whatever is open', async () => {
    expect(await runBeside('idle')).toEqual(['over']);
    expect(await lines('away')).toEqual(['over']);
  });

  it.concurrent('leaves no program behind that followed a bridge', async () => {
    const said = await lines('following');
    expect(said).toHaveLength(2);
    await gone(said.find((line) => line !== 'over'));
  });
});
