import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { paths } from './paths.mjs';
import { findProgram, run } from './program.mjs';
import { StepError } from './step-error.mjs';

/** The switch of openvswitch-switch-dpdk. */
export const dpdkSwitch = '/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk';

/**
 * @typedef {object} Requirement
 * @property {string} package the Debian package
 * @property {readonly string[]} [programs] all found: the package, or something in its place, is there
 * @property {readonly string[]} [files] likewise
 */

/** What a machine needs to build, run and test the project. @type {readonly Requirement[]} */
const requirements = [
  { package: 'docker.io', programs: ['dockerd', 'docker'] },
  {
    package: 'openvswitch-switch',
    programs: ['ovsdb-server', 'ovs-vswitchd', 'ovs-vsctl', 'ovs-ofctl'],
  },
  { package: 'iptables', programs: ['iptables', 'iptables-restore', 'ip6tables'] },
  { package: 'nftables', programs: ['nft'] },
  { package: 'iproute2', programs: ['ip', 'ss'] },
  { package: 'ethtool', programs: ['ethtool'] },
  { package: 'procps', programs: ['ps', 'sysctl'] },
  { package: 'udhcpc', programs: ['udhcpc'] },
  { package: 'udhcpd', programs: ['udhcpd'] },
  { package: 'busybox-static', files: ['/var/lib/dpkg/info/busybox-static.list'] },
  { package: 'dnsmasq-base', programs: ['dnsmasq'] },
  { package: 'tcpdump', programs: ['tcpdump'] },
  { package: 'ca-certificates', files: ['/etc/ssl/certs/ca-certificates.crt'] },
  {
    package: 'python3-venv',
    programs: ['python3'],
    files: ['/var/lib/dpkg/info/python3-venv.list'],
  },
];

/** What only tests and bench need. @type {readonly Requirement[]} */
const testRequirements = [
  { package: 'iperf3', programs: ['iperf3'] },
  // Its ovs-vswitchd stands beside the usual one and is not started in its place (update-alternatives: 50 below 100).
  { package: 'openvswitch-switch-dpdk', files: [dpdkSwitch] },
  // By path: what somebody has put into /usr/local/bin is another Compose.
  { package: 'docker-compose', files: ['/usr/bin/docker-compose'] },
];

/** What pip needs to build pytricia, a part of Faucet that comes as source only. @type {readonly Requirement[]} */
const compilerRequirements = [
  { package: 'gcc', programs: ['gcc'] },
  { package: 'libc6-dev', files: ['/usr/include/stdio.h'] },
  { package: 'python3-dev', files: ['/var/lib/dpkg/info/python3-dev.list'] },
];

/**
 * Names the packages that are to be installed.
 *
 * @param {readonly Requirement[]} wanted
 * @param {{ hasProgram: (name: string) => boolean, hasFile: (path: string) => boolean }} machine
 */
export function planPackages(wanted, machine) {
  return wanted
    .filter(
      ({ programs = [], files = [] }) =>
        !programs.every(machine.hasProgram) || !files.every(machine.hasFile),
    )
    .map((requirement) => requirement.package);
}

/** Installs the system packages that are missing, starting none of their services. @throws StepError */
export async function installSystemPackages() {
  const appArmor = needsAppArmor() ? [{ package: 'apparmor', programs: ['apparmor_parser'] }] : [];
  const isInstalled = Object.values(paths.python).every((one) => existsSync(one.environment));
  const compiler = isInstalled ? [] : compilerRequirements;
  return await installMissing([...requirements, ...compiler, ...appArmor]);
}

/** Installs what only tests and bench need. @throws StepError */
export function installTestPackages() {
  return installMissing(testRequirements);
}

/** @param {readonly Requirement[]} wanted */
async function installMissing(wanted) {
  const missing = planPackages(wanted, {
    hasProgram: (name) => findProgram(name) !== undefined,
    hasFile: existsSync,
  });
  if (missing.length === 0) return 'all there';
  if (process.getuid?.() !== 0) {
    throw new StepError(`only root can install ${missing.join(', ')}`, {
      remedy: 'run the command again as root',
    });
  }
  if (findProgram('apt-get') === undefined) {
    throw new StepError(`this machine has no apt-get, and ${missing.join(', ')} are missing`, {
      remedy: 'install what these Debian packages hold, then run the command again',
    });
  }
  await withServicesHeldBack(() => aptInstall(missing));
  return `installed ${missing.join(', ')}`;
}

/** Where the kernel has AppArmor on, dockerd starts no container without its parser. */
function needsAppArmor() {
  return (
    existsSync('/sys/module/apparmor/parameters/enabled') &&
    existsSync('/sys/kernel/security/apparmor')
  );
}

/** @param {readonly string[]} packages */
async function aptInstall(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  const remedy = 'check /etc/apt/sources.list and the network, then run the command again';
  await run('apt-get', [...wait, 'update'], { env, remedy, log: `${paths.log}/apt-update.log` });
  await run('apt-get', [...wait, 'install', '-y', '--no-install-recommends', ...packages], {
    env,
    remedy,
    log: `${paths.log}/apt-install.log`,
  });
}

const servicePolicy = '/usr/sbin/policy-rc.d';

/**
 * Packages ask this file whether they may start their services (invoke-rc.d(8); 101 says no). One that is there is the
 * administrator's and is kept.
 *
 * @param {() => Promise<void>} act
 */
async function withServicesHeldBack(act) {
  if (existsSync(servicePolicy)) return act();
  const remove = () => rmSync(servicePolicy, { force: true });
  writeFileSync(servicePolicy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  process.once('exit', remove);
  try {
    await act();
  } finally {
    process.off('exit', remove);
    remove();
  }
}
