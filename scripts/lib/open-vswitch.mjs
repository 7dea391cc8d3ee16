import { existsSync, readFileSync } from 'node:fs';
import { logOf, recordProcess, waitFor } from './process.mjs';
import { attempt, run } from './program.mjs';
import { saveRecord } from './records.mjs';
import { hasSystemd } from './systemd.mjs';

const control = '/usr/share/openvswitch/scripts/ovs-ctl';
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
  if (hasSystemd() && missing.length === daemons.length) await startUnit();
  else await startWithControl(missing);
  await waitFor('an answer of Open vSwitch', () => answers('ovs-vswitchd'), { deadlineMs: 20_000 });
  return `started ${missing.join(' and ')}`;
}

async function startUnit() {
  await run('systemctl', ['start', 'openvswitch-switch'], {
    remedy: '"journalctl -u ovs-vswitchd -u ovsdb-server" says more',
  });
  saveRecord({ kind: 'unit', name: 'openvswitch', unit: 'openvswitch-switch' });
}

/** The distribution's own start script; it leaves alone what runs. @param {readonly string[]} missing */
async function startWithControl(missing) {
  await run(control, ['--system-id=random', '--no-record-hostname', 'start'], {
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
