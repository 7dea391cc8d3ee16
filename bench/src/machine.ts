import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import type { Host } from '@dovesnap/testkit';

/** What figures depend on: the machine and the versions of the parts, one fact a line. No date: only facts change it. */
export async function machineFacts(host: Host): Promise<readonly string[]> {
  const said = async (file: string, ...args: readonly string[]): Promise<string> =>
    (await host.run(file, args)).stdout.split('\n')[0]?.trim() ?? '';
  const load = (await readFile('/proc/loadavg', 'utf8')).split(' ')[0];
  const gibibytes = (totalmem() / 1024 ** 3).toFixed(0);
  return [
    `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), ${gibibytes} GiB, Linux ${release()}; load ${load} at the start`,
    `Node ${process.version}`,
    await said('/usr/sbin/dockerd', '--version'),
    await said('ovs-vswitchd', '--version'),
    await said('iptables', '--version'),
    await said('ip', '-Version'),
    `datapath types of this Open vSwitch: ${(await host.ovs.vsctl('get', 'Open_vSwitch', '.', 'datapath_types')).trim()}`,
  ];
}
