import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempDir } from '@dovesnap/testkit';
import { describe, expect, it } from 'vitest';
import { findReloadProcess, isStill } from '../src/reload/reload-process.ts';

/** As faucet 1.10.12 shows itself once `faucet` has become `osken-manager`. */
const faucetArgv = [
  '/opt/faucet/bin/python3',
  '/opt/faucet/bin/osken-manager',
  '--config-file=/etc/faucet/ryu.conf',
  'faucet.faucet',
];
const port = 9302;

interface FakeProcess {
  readonly pid: number;
  readonly argv: readonly string[];
  readonly caught?: string;
  readonly inode?: number;
  readonly started?: number;
}

async function fakeProc(
  folder: string,
  processes: readonly FakeProcess[],
  listens: readonly { port: number; inode: number; table: 'tcp' | 'tcp6' }[],
): Promise<void> {
  await mkdir(join(folder, 'self', 'net'), { recursive: true });
  for (const table of ['tcp', 'tcp6'] as const) {
    const rows = listens
      .filter((one) => one.table === table)
      .map(
        (one, i) =>
          `   ${i}: 0100007F:${one.port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 ${one.inode} 1`,
      );
    await writeFile(
      join(folder, 'self', 'net', table),
      ['  sl  local_address', ...rows].join('\n'),
    );
  }
  for (const { pid, argv, caught, inode, started } of processes) {
    const own = join(folder, String(pid));
    await mkdir(join(own, 'fd'), { recursive: true });
    await writeFile(join(own, 'cmdline'), `${argv.join('\0')}\0`);
    await writeFile(join(own, 'status'), `Name:\tx\nSigCgt:\t${caught ?? '0000000000000003'}\n`);
    const fields = Array.from({ length: 30 }, (_, i) => (i === 19 ? (started ?? 77) : i));
    await writeFile(join(own, 'stat'), `${pid} (a (b) c) ${fields.join(' ')}`);
    if (inode !== undefined) await symlink(`socket:[${inode}]`, join(own, 'fd', '5'));
  }
}

describe('findReloadProcess', () => {
  it.each(['tcp', 'tcp6'] as const)('finds who listens on the metrics port (%s)', async (table) => {
    await using folder = await tempDir();
    const proc = folder.path;
    const bystander = { pid: 10, argv: faucetArgv, inode: 99 };
    const wanted = { pid: 20, argv: faucetArgv, inode: 42 };
    await fakeProc(proc, [bystander, wanted], [{ port, inode: 42, table }]);
    expect(await findReloadProcess({ port, proc })).toEqual({ pid: 20, startTime: '77' });
  });

  it.each([
    ['a proxy that forwards the port', { argv: ['/usr/bin/docker-proxy', '-proto', 'tcp'] }],
    ['a Gauge', { argv: ['/usr/bin/python3', '/usr/bin/osken-manager', 'faucet.gauge'] }],
    ['a Faucet that is still starting', { argv: faucetArgv, caught: '0000000000000000' }],
    ['an editor on faucet.yaml', { argv: ['/usr/bin/vi', '/etc/faucet'] }],
  ])('never answers with %s', async (_, process) => {
    await using folder = await tempDir();
    const proc = folder.path;
    await fakeProc(proc, [{ pid: 20, inode: 42, ...process }], [{ port, inode: 42, table: 'tcp' }]);
    await writeFile(join(proc, 'pidfile'), '20\n');
    expect(await findReloadProcess({ port, proc })).toBeUndefined();
    expect(await findReloadProcess({ port, proc, pidfile: join(proc, 'pidfile') })).toBeUndefined();
  });

  it('takes the process of a pidfile, whatever listens', async () => {
    await using folder = await tempDir();
    const proc = folder.path;
    await fakeProc(proc, [{ pid: 30, argv: ['/usr/bin/python3.11', '/usr/local/bin/faucet'] }], []);
    await writeFile(join(proc, 'pidfile'), '30\n');
    const found = await findReloadProcess({ port, proc, pidfile: join(proc, 'pidfile') });
    expect(found?.pid).toBe(30);
  });

  it('finds nothing without a pidfile that was promised', async () => {
    await using folder = await tempDir();
    const pidfile = join(folder.path, 'none');
    expect(await findReloadProcess({ port, proc: folder.path, pidfile })).toBeUndefined();
  });
});

describe('isStill', () => {
  it('tells a process from a later one with its id', async () => {
    await using folder = await tempDir();
    const proc = folder.path;
    await fakeProc(proc, [{ pid: 20, argv: faucetArgv, started: 5 }], []);
    expect(await isStill({ pid: 20, startTime: '5' }, proc)).toBe(true);
    expect(await isStill({ pid: 20, startTime: '4' }, proc)).toBe(false);
    expect(await isStill({ pid: 21, startTime: '5' }, proc)).toBe(false);
  });
});
