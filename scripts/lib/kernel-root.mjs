import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentUnit } from './guest-units.mjs';
import { paths } from './paths.mjs';
import { run } from './program.mjs';
import { StepError } from './step-error.mjs';
import { enterSuite, suiteEnvironment } from './suite-enter.mjs';
import { copyProject, projectFolder } from './suite-project.mjs';
import { basePackages, ensureSuiteRoot } from './suite-root.mjs';
import { installMissing } from './system-packages.mjs';

/** The suite whose kernel and programs the guest runs. */
const suite = 'trixie';
const units = '/etc/systemd/system';

/**
 * What a root needs besides to be a machine of its own. Debian's kernel has AppArmor on, which Docker then needs the parser
 * for.
 */
const bootPackages = [
  'linux-image-amd64',
  'initramfs-tools',
  'systemd-sysv',
  'udev',
  'kmod',
  'apparmor',
];

/**
 * What has no use in a guest and takes an emulated processor long. The rest is what a user's machine starts.
 */
const unwanted = [
  ...['getty@tty1.service', 'getty-static.service', 'serial-getty@ttyS0.service'],
  ...['apt-daily.timer', 'apt-daily-upgrade.timer', 'dpkg-db-backup.timer', 'fstrim.timer'],
  ...['systemd-tmpfiles-clean.timer', 'systemd-logind.service', 'dpdk.service'],
];

/** Installs the emulator where it is missing. @throws StepError */
export function installEmulator() {
  return installMissing([
    { what: 'qemu-system-x86_64', packages: ['qemu-system-x86'] },
    { what: 'mkfs.ext4', packages: ['e2fsprogs'] },
  ]);
}

/**
 * Makes the root of the guest: a root of the suite with a kernel, systemd and the project, set up for the tests.
 *
 * @returns {Promise<string>} its folder
 * @throws StepError
 */
export async function ensureKernelRoot() {
  const packages = [...basePackages, ...bootPackages];
  const folder = await ensureSuiteRoot(suite, { packages, name: `${suite}-kernel` });
  await copyProject(folder);
  return folder;
}

/**
 * Makes a root bootable and a disk of it.
 *
 * @param {string} folder from `ensureKernelRoot`
 * @returns {Promise<{ kernel: string, initrd: string, image: string, folder: string }>}
 * @throws StepError
 */
export async function makeImage(folder) {
  writeMachineFiles(folder);
  await makeInitrd(folder);
  const image = join(paths.guest, 'disk.raw');
  mkdirSync(paths.guest, { recursive: true });
  rmSync(image, { force: true });
  await run('truncate', ['--size=16G', image]);
  // No journal and no checksums: nothing outlives the guest.
  const features = ['-O', '^has_journal,^metadata_csum', '-E', 'lazy_itable_init=1,nodiscard'];
  await run('mkfs.ext4', ['-q', '-F', ...features, '-d', folder, image]);
  return { image, folder: paths.guest, ...bootFiles(folder) };
}

/** @param {string} folder */
function bootFiles(folder) {
  const boot = join(folder, 'boot');
  const newest = (/** @type {string} */ prefix) => {
    const found = readdirSync(boot)
      .filter((name) => name.startsWith(prefix))
      .sort()
      .at(-1);
    if (found === undefined) throw new StepError(`${boot} has no ${prefix}*`);
    return join(boot, found);
  };
  return { kernel: newest('vmlinuz-'), initrd: newest('initrd.img-') };
}

/** @param {string} folder */
function writeMachineFiles(folder) {
  const write = (/** @type {string} */ path, /** @type {string} */ text) =>
    writeFileSync(join(folder, path), text);
  const link = (/** @type {string} */ target, /** @type {string} */ path) => {
    rmSync(join(folder, path), { force: true });
    symlinkSync(target, join(folder, path));
  };
  write('etc/hostname', 'guest\n');
  write('etc/hosts', '127.0.0.1 localhost guest\n');
  // A machine without an id is one that starts for the first time, which takes an emulated one minutes.
  write('etc/machine-id', `${'0123456789abcdef'.repeat(2)}\n`);
  for (const unit of unwanted) link('/dev/null', join(units, unit));
  write(join(units, 'guest-agent.service'), agentUnit(projectFolder));
  mkdirSync(join(folder, units, 'multi-user.target.wants'), { recursive: true });
  link('../guest-agent.service', join(units, 'multi-user.target.wants/guest-agent.service'));
  for (const stamp of ['etc/.updated', 'var/.updated']) write(stamp, '');
}

/**
 * Makes an initrd that knows the guest's disk and nothing else: unpacking one that knows every disk takes longer than all
 * the rest of its work.
 *
 * @param {string} folder
 */
async function makeInitrd(folder) {
  const settings = join(folder, 'etc/initramfs-tools/conf.d/guest');
  if (existsSync(settings)) return;
  writeFileSync(join(folder, 'etc/initramfs-tools/modules'), 'virtio_pci\nvirtio_blk\next4\n');
  const { file, args } = enterSuite(folder, ['update-initramfs', '-u', '-k', 'all'], {
    network: 'own',
  });
  writeFileSync(settings, 'MODULES=list\n');
  try {
    await run(file, args, { env: suiteEnvironment(), log: join(paths.log, 'initramfs.log') });
  } catch (cause) {
    rmSync(settings);
    throw cause;
  }
}
