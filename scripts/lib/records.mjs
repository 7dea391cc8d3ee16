import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paths } from './paths.mjs';

/**
 * What `up` made, so that `down` undoes that and nothing else.
 *
 * @typedef {object} ProcessRecord
 * @property {'process'} kind
 * @property {string} name
 * @property {number} pid
 * @property {string} born tells this process from a later one with the same number
 * @property {string} log
 * @property {string} [build] of what it was started
 *
 * @typedef {{ kind: 'unit', name: string, unit: string }} UnitRecord a systemd unit
 * @typedef {{ kind: 'setting', name: string, key: string }} SettingRecord a key of Open vSwitch's other_config
 * @typedef {{ kind: 'mount', name: string, path: string }} MountRecord
 * @typedef {{ kind: 'image' | 'network' | 'container', name: string, id: string }} DockerRecord
 * @typedef {ProcessRecord | UnitRecord | SettingRecord | MountRecord | DockerRecord} RunRecord
 */

/** @param {string} name */
const fileOf = (name) => join(paths.records, `${name}.json`);

/** @param {RunRecord} record */
export function saveRecord(record) {
  mkdirSync(paths.records, { recursive: true });
  const file = fileOf(record.name);
  writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** @param {string} name @returns {RunRecord | undefined} */
export function readRecord(name) {
  try {
    return JSON.parse(readFileSync(fileOf(name), 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {string} name */
export function dropRecord(name) {
  rmSync(fileOf(name), { force: true });
}

/** @returns {RunRecord[]} */
export function readRecords() {
  mkdirSync(paths.records, { recursive: true });
  return readdirSync(paths.records)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(paths.records, file), 'utf8')));
}

const order = [
  'container',
  'network',
  'image',
  'dovesnapd',
  'gauge',
  'faucet',
  'docker',
  'cgroup',
  'setting',
  'ovs-vswitchd',
  'ovsdb-server',
  'openvswitch',
];

/**
 * Sorts records into the order of undoing: what stands on another goes before it.
 *
 * @param {readonly RunRecord[]} records
 */
export function planDown(records) {
  /** @param {RunRecord} record */
  const rank = (record) => {
    const byKind = order.indexOf(record.kind);
    return byKind === -1 ? order.indexOf(record.name) : byKind;
  };
  return [...records].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}
