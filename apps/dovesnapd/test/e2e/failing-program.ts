import type { Host } from '@dovesnap/testkit';

/**
 * Lets every start of a program of the host fail, and returns what ends that.
 *
 * It ends lazily, because somebody may be running what stands in for the program just then, which the kernel
 * calls busy (EBUSY of umount(2)).
 *
 * @param path absolute
 */
export async function failProgram(host: Host, path: string): Promise<() => Promise<void>> {
  await host.run('mount', ['--bind', '/bin/false', path]);
  return async () => void (await host.run('umount', ['--lazy', path]));
}
