import { tryDocker } from './docker.mjs';
import { stopProcess } from './process.mjs';
import { attempt, run } from './program.mjs';
import { dropRecord } from './records.mjs';
import { StepError } from './step-error.mjs';

/** @typedef {import('./records.mjs').RunRecord} RunRecord */

/**
 * Undoes one thing that `up` made, and forgets it.
 *
 * @param {RunRecord} record
 * @throws StepError
 */
export async function undo(record) {
  const note = await undoByKind(record);
  dropRecord(record.name);
  return note;
}

/** @param {RunRecord} record @returns {Promise<string | void>} */
async function undoByKind(record) {
  switch (record.kind) {
    case 'process':
      return stopProcess(record);
    case 'unit':
      await run('systemctl', ['stop', record.unit]);
      return;
    case 'setting':
      return removeSetting(record.key);
    case 'mount':
      await run('umount', [record.path]);
      return;
    case 'container':
      return removeFromDocker(['rm', '--force', '--volumes', record.id]);
    case 'network':
      return removeFromDocker(['network', 'rm', record.id]);
    case 'image':
      return removeFromDocker(['image', 'rm', 'busybox:latest']);
  }
}

/** @param {string} key */
async function removeSetting(key) {
  const args = ['--timeout=5', '--no-wait', 'remove', 'Open_vSwitch', '.', 'other_config', key];
  const { code } = await attempt('ovs-vsctl', args);
  if (code !== 0) return `stays in the database: Open vSwitch does not answer`;
}

/** @param {readonly string[]} args */
async function removeFromDocker(args) {
  const { code, stderr } = await tryDocker(args);
  if (code === 0) return;
  if (/no such/i.test(stderr)) return 'was gone already';
  throw new StepError(stderr.trim(), {
    remedy:
      'end what still uses it; if dovesnapd has died, "npm run up" brings it back; then run "npm run down" again',
  });
}

/** @param {RunRecord} record */
export function describe(record) {
  return record.kind === 'process' || record.kind === 'unit'
    ? `Stop ${record.name}`
    : `Remove the ${record.kind} ${record.name}`;
}
