import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, run, spawn } from '@dovesnap/command';
import { type TestNamespace, until } from '@dovesnap/testkit';

const schema = '/usr/share/openvswitch/vswitch.ovsschema';

/** Open vSwitch with a userspace datapath, alone in a namespace. */
export interface UserspaceSwitch {
  vsctl(...args: readonly string[]): Promise<string>;
  ofctl(...args: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

/** Starts a switch without bridges. */
export async function openUserspaceSwitch(space: TestNamespace): Promise<UserspaceSwitch> {
  const folder = await mkdtemp(join(tmpdir(), 'netns-ovs-'));
  const socket = `unix:${folder}/db.sock`;
  const env = { ...(process.env as Record<string, string>), OVS_RUNDIR: folder };
  const children: Child[] = [];
  const start = (file: string, ...args: readonly string[]): void => {
    const inside = [`--net=${space.path}`, '--', file, ...args];
    children.push(spawn('nsenter', inside, { env }));
  };
  const ask = async (file: string, args: readonly string[]): Promise<string> =>
    (await space.run(file, args, { env, deadline: 20_000 })).stdout;
  const vsctl = (...args: readonly string[]): Promise<string> =>
    ask('ovs-vsctl', [`--db=${socket}`, ...args]);
  const close = async (): Promise<void> => {
    for (const child of children.reverse()) await child.close();
    await rm(folder, { recursive: true });
  };
  try {
    await run('ovsdb-tool', ['create', `${folder}/conf.db`, schema]);
    const control = (name: string): string => `--unixctl=${folder}/${name}.ctl`;
    start('ovsdb-server', `--remote=p${socket}`, control('db'), `${folder}/conf.db`);
    await until(() => vsctl('--no-wait', 'init').then(() => true), { what: 'the database' });
    start('ovs-vswitchd', '--disable-system', control('switch'), socket);
  } catch (error) {
    await close();
    throw error;
  }
  return { vsctl, ofctl: (...args) => ask('ovs-ofctl', args), close };
}
