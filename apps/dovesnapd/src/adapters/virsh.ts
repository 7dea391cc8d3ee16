import { type Run, run as runCommand } from '@dovesnap/command';
import { parseDomiflist } from '../domain/domiflist.ts';
import type { VirtualMachines } from '../edges/edges.ts';

/** libvirtd answers in milliseconds, or hangs. */
const deadline = 5000;

/** The virtual machines that libvirt runs, asked through `virsh`. A machine without libvirt has none. */
export function libvirtMachines(run: Run = runCommand): VirtualMachines {
  const virsh = async (...args: readonly string[]): Promise<string> =>
    (await run('virsh', ['--readonly', ...args], { deadline })).stdout;
  return {
    byTap: async () => {
      const found = new Map<string, string>();
      try {
        const names = (await virsh('list', '--name')).split('\n').map((name) => name.trim());
        for (const name of names.filter((item) => item !== '')) {
          for (const tap of parseDomiflist(await virsh('domiflist', '--domain', name))) {
            found.set(tap, name);
          }
        }
      } catch {
        // No virsh, or no libvirtd behind it: what is known so far.
      }
      return found;
    },
  };
}
