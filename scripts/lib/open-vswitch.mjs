import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { logOf, recordProcess, waitFor } from './process.mjs';
import { attempt, findProgram, run } from './program.mjs';
import { saveRecord } from './records.mjs';
import { dpdkSwitch } from './requirements.mjs';
import { hasSystemd } from './systemd.mjs';

/** The start script of the Open vSwitch whose programs are used: one that is built from source lies below its own prefix. */
export function controlScript(vsctl = findProgram('ovs-vsctl') ?? '/usr/bin/ovs-vsctl') {
  return join(vsctl, '../../share/openvswitch/scripts/ovs-ctl');
}

const tsoKey = 'userspace-tso-enable';
const daemons = /** @type {const} */ (['ovsdb-server', 'ovs-vswitchd']);

/** @param {string} daemon */
async function answers(daemon) {
  const asked = await attempt('ovs-appctl', ['--timeout=3', '-t', daemon, 'version'], {
    timeoutMs: 5000,
  });
  return asked.code === 0;
}

/** Starts the host's Open vSwitch where it does not run; one that runs is used as it is. @throws StepError */
export async function startOpenVswitch() {
  const missing = [];
  for (const daemon of daemons) if (!(await answers(daemon))) missing.push(daemon);
  if (missing.length === 0) return 'runs already';
  const isAllOurs = missing.length === daemons.length;
  const byUnit = hasSystemd() && isAllOurs;
  const note = isAllOurs && existsSync(dpdkSwitch) ? await enableTso(byUnit) : '';
  if (byUnit) await startUnit();
  else await startWithControl(missing);
  await waitFor('an answer of Open vSwitch', () => answers('ovs-vswitchd'), { deadlineMs: 20_000 });
  return `started ${missing.join(' and ')}${note}`;
}

/**
 * Lets the userspace datapath cut TCP segments, which makes it many times faster: ovs-vswitchd looks at this when it
 * starts, so the database is started first. One that knows bridges or has a value already is its owner's.
 *
 * Debian 12's usual ovs-vswitchd (3.1.0) does it as well as that built with DPDK, so which of them starts stays the
 * machine's choice.
 *
 * @param {boolean} byUnit
 */
async function enableTso(byUnit) {
  if (byUnit) await run('systemctl', ['start', 'ovsdb-server']);
  else await startWithControl(['ovsdb-server'], ['--no-ovs-vswitchd']);
  const ask = ['--timeout=5', '--no-wait'];
  const key = `other_config:${tsoKey}`;
  const bridges = await run('ovs-vsctl', [...ask, 'list-br']);
  const value = await run('ovs-vsctl', [...ask, '--if-exists', 'get', 'Open_vSwitch', '.', key]);
  if (`${bridges}${value}` !== '') return '';
  saveRecord({ kind: 'setting', name: 'userspace-tso', key: tsoKey });
  await run('ovs-vsctl', [...ask, 'set', 'Open_vSwitch', '.', `${key}=true`]);
  return ' with userspace TSO';
}

async function startUnit() {
  await run('systemctl', ['start', 'openvswitch-switch'], {
    remedy: '"journalctl -u ovs-vswitchd -u ovsdb-server" says more',
  });
  saveRecord({ kind: 'unit', name: 'openvswitch', unit: 'openvswitch-switch' });
}

/**
 * The distribution's own start script; it leaves alone what runs.
 *
 * @param {readonly string[]} missing
 * @param {readonly string[]} [flags]
 */
async function startWithControl(missing, flags = []) {
  await run(controlScript(), ['--system-id=random', '--no-record-hostname', ...flags, 'start'], {
    output: logOf('ovs-ctl'),
    timeoutMs: 60_000,
    remedy: 'look at /var/log/openvswitch',
  });
  for (const daemon of missing) {
    const pidFile = `/run/openvswitch/${daemon}.pid`;
    if (!existsSync(pidFile)) continue;
    const pid = Number(readFileSync(pidFile, 'utf8'));
    recordProcess(daemon, pid, `/var/log/openvswitch/${daemon}.log`);
  }
}
