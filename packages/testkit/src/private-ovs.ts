import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, type Run, spawn } from '@dovesnap/command';
import { TestkitError } from './error.ts';
import { openNamespace, type TestNamespace } from './namespace.ts';
import { tempDir } from './temp-dir.ts';

/** Options for a private Open vSwitch. */
export interface PrivateOvsOptions {
  /** Columns to remove from the installed schema, by table. Default: none. */
  readonly without?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Whether to run ovs-vswitchd too. Default true. */
  readonly datapath?: boolean | undefined;
}

/** An Open vSwitch in its own network namespace, with only the userspace datapath. */
export interface PrivateOvs {
  /** `unix:PATH` of the database. */
  readonly dbTarget: string;
  /** Directory of the bridge sockets. */
  readonly rundir: string;
  readonly namespace: TestNamespace;
  /** Runs a program in the namespace, with this switch as the default for the ovs- programs. */
  readonly run: Run;
  stopSwitch(): Promise<void>;
  startSwitch(): Promise<void>;
  restartSwitch(): Promise<void>;
  stopDatabase(): Promise<void>;
  startDatabase(): Promise<void>;
  restartDatabase(): Promise<void>;
  /** Ends both processes and removes the namespace and the directory. */
  close(): Promise<void>;
}

const installedSchema = '/usr/share/openvswitch/vswitch.ovsschema';

/**
 * Starts ovsdb-server and ovs-vswitchd (`--disable-system`: no kernel module is needed).
 *
 * @throws TestkitError `HOST_FAILED` when a program ends before it is ready.
 */
export async function privateOvs(options: PrivateOvsOptions = {}): Promise<PrivateOvs> {
  const dir = await tempDir('ovs');
  const namespace = await openNamespace();
  const rundir = dir.path;
  const variables = ['RUNDIR', 'DBDIR', 'LOGDIR', 'SYSCONFDIR'].map(
    (name) => `OVS_${name}=${rundir}`,
  );
  const run: Run = (file, args, runOptions) =>
    namespace.run('env', [...variables, file, ...args], runOptions);
  const dbTarget = `unix:${join(rundir, 'db.sock')}`;
  const database = join(rundir, 'conf.db');
  let server: Child | undefined;
  let vswitchd: Child | undefined;

  const start = async (file: string, args: readonly string[], ready: string): Promise<Child> => {
    const inside = [`--net=${namespace.path}`, '--', 'env', ...variables, file];
    const flags = ['--no-chdir', `--pidfile=${join(rundir, `${file}.pid`)}`, '-vconsole:info'];
    const child = spawn('nsenter', [...inside, ...args, ...flags, '-vsyslog:off']);
    await waitForLine(file, child, ready);
    return child;
  };
  const startDatabase = async (): Promise<void> => {
    const remote = `--remote=punix:${join(rundir, 'db.sock')}`;
    server = await start('ovsdb-server', [database, remote], 'ovsdb-server (Open vSwitch)');
  };
  const stopDatabase = async (): Promise<void> => await server?.close();
  const startSwitch = async (): Promise<void> => {
    const args = [dbTarget, '--disable-system'];
    vswitchd = await start('ovs-vswitchd', args, 'ovs-vswitchd (Open vSwitch)');
    // Waits for cur_cfg: bridges from before the restart are up.
    const settle = ['--timeout=20', 'set', 'Open_vSwitch', '.', `external_ids:pid=${vswitchd.pid}`];
    await run('ovs-vsctl', [`--db=${dbTarget}`, ...settle]);
  };
  const stopSwitch = async (): Promise<void> => await vswitchd?.close();
  const close = async (): Promise<void> => {
    await stopSwitch();
    await stopDatabase();
    await namespace.close();
    await rm(rundir, { recursive: true, force: true });
  };
  try {
    const schema = join(rundir, 'schema');
    await writeFile(schema, trimSchema(await readFile(installedSchema, 'utf8'), options.without));
    await run('ovsdb-tool', ['create', database, schema]);
    await startDatabase();
    await run('ovs-vsctl', [`--db=${dbTarget}`, '--no-wait', 'init']);
    if (options.datapath !== false) await startSwitch();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    dbTarget,
    rundir,
    namespace,
    run,
    stopSwitch,
    startSwitch,
    restartSwitch: async () => {
      await stopSwitch();
      await startSwitch();
    },
    stopDatabase,
    startDatabase,
    restartDatabase: async () => {
      await stopDatabase();
      await startDatabase();
    },
    close,
  };
}

/** Returns the text of a schema without these columns. Empty tables are kept. */
export function trimSchema(text: string, without: PrivateOvsOptions['without'] = {}): string {
  const schema = JSON.parse(text) as { tables: Record<string, { columns: object }> };
  const tables = Object.entries(schema.tables).map(([name, table]) => {
    const left = Object.entries(table.columns).filter(([column]) => {
      return !without[name]?.includes(column);
    });
    return [name, { ...table, columns: Object.fromEntries(left) }] as const;
  });
  return JSON.stringify({ ...schema, tables: Object.fromEntries(tables) });
}

async function waitForLine(file: string, child: Child, ready: string): Promise<void> {
  const said: string[] = [];
  for await (const { text } of child.lines) {
    if (text.includes(ready)) return;
    said.push(text);
  }
  throw new TestkitError('HOST_FAILED', file, `${file} ended: ${said.join('\n')}`);
}
