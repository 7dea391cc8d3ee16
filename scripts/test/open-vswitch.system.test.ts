import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { run } from '../lib/program.mjs';

const fixture = fileURLToPath(new URL('./fixtures/start-open-vswitch.mjs', import.meta.url));

/** Starts a switch where nothing else sees it and nothing of it stays; `owner` has set TSO before. */
async function startApart(...owner: readonly string[]): Promise<unknown> {
  const apart = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const said = await run('unshare', [...apart, process.execPath, fixture, ...owner]);
  return JSON.parse(said.trim().split('\n').at(-1) ?? '');
}

it('starts an Open vSwitch of its own with userspace TSO, leaves one that runs alone, and takes the setting back', async () => {
  expect(await startApart()).toEqual({
    note: 'started ovsdb-server and ovs-vswitchd with userspace TSO',
    again: 'runs already',
    value: '"true"',
    enabled: true,
    left: '',
  });
});

it('keeps what the owner of the database has said of TSO', async () => {
  expect(await startApart('false')).toEqual({
    note: 'started ovsdb-server and ovs-vswitchd',
    again: 'runs already',
    value: '"false"',
    enabled: false,
    left: '"false"',
  });
});
