import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { findDockerClient } from './docker-client.mjs';
import { paths } from './paths.mjs';
import { findProgram } from './program.mjs';

/** The switch of openvswitch-switch-dpdk. */
export const dpdkSwitch = '/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk';

/**
 * Something that has to be on the machine, however it came there.
 *
 * @typedef {object} Requirement
 * @property {string} what the command, or how a person would name it
 * @property {readonly string[]} packages the Debian packages that have it, by suite: the first one that apt knows is it
 * @property {() => boolean} [isThere] default: a program of that name is found
 * @property {'Docker' | 'Open vSwitch'} [product] what it is a part of: parts of one product come from one place
 * @property {true} [isServer] the product itself, not a client of it
 */

/** What a machine needs to build, run and test the project. @type {readonly Requirement[]} */
const requirements = [
  { what: 'dockerd', packages: ['docker.io'], product: 'Docker', isServer: true },
  {
    what: 'docker',
    // Until Debian 12 docker.io has it.
    packages: ['docker-cli', 'docker.io'],
    product: 'Docker',
    isThere: () => findDockerClient() !== undefined,
  },
  {
    what: 'ovsdb-server',
    packages: ['openvswitch-common'],
    product: 'Open vSwitch',
    isServer: true,
  },
  { what: 'ovsdb-tool', packages: ['openvswitch-common'], product: 'Open vSwitch' },
  { what: 'ovs-appctl', packages: ['openvswitch-common'], product: 'Open vSwitch' },
  { what: 'ovs-ofctl', packages: ['openvswitch-common'], product: 'Open vSwitch' },
  { what: 'ovs-vsctl', packages: ['openvswitch-switch'], product: 'Open vSwitch' },
  {
    what: 'ovs-vswitchd',
    packages: ['openvswitch-switch'],
    product: 'Open vSwitch',
    isServer: true,
  },
  ...commandsOf('iptables', ['iptables', 'iptables-save', 'iptables-restore', 'ip6tables']),
  ...commandsOf('nftables', ['nft']),
  ...commandsOf('iproute2', ['ip', 'ss']),
  ...commandsOf('ethtool', ['ethtool']),
  ...commandsOf('procps', ['ps', 'sysctl']),
  ...commandsOf('udhcpc', ['udhcpc']),
  ...commandsOf('udhcpd', ['udhcpd']),
  ...commandsOf('dnsmasq-base', ['dnsmasq']),
  ...commandsOf('tcpdump', ['tcpdump']),
  { what: 'a static busybox', packages: ['busybox-static'], isThere: hasStaticBusybox },
  {
    what: 'the certificates of the usual authorities',
    packages: ['ca-certificates'],
    isThere: () => existsSync('/etc/ssl/certs/ca-certificates.crt'),
  },
  {
    what: 'python3 with its module venv',
    packages: ['python3-venv'],
    isThere: () => python('import ensurepip, venv'),
  },
];

/** What only tests and bench need. @type {readonly Requirement[]} */
export const testRequirements = [
  ...commandsOf('iperf3', ['iperf3']),
  ...commandsOf('curl', ['curl']),
  // Its ovs-vswitchd stands beside the usual one and is not started in its place (update-alternatives: 50 below 100).
  {
    what: 'the ovs-vswitchd that is built with DPDK',
    packages: ['openvswitch-switch-dpdk'],
    isThere: () => existsSync(dpdkSwitch),
  },
  // By path: what somebody has put into /usr/local/bin is another Compose.
  {
    what: '/usr/bin/docker-compose',
    packages: ['docker-compose'],
    isThere: () => existsSync('/usr/bin/docker-compose'),
  },
];

/** What pip needs to build pytricia, a part of Faucet that comes as source only. @type {readonly Requirement[]} */
const compilerRequirements = [
  ...commandsOf('gcc', ['gcc']),
  {
    what: 'the header files of the C library',
    packages: ['libc6-dev'],
    isThere: () => existsSync('/usr/include/stdio.h'),
  },
  {
    what: 'the header files of python3',
    packages: ['python3-dev'],
    isThere: () =>
      python(
        'import os, sys, sysconfig; include = sysconfig.get_path("include"); sys.exit(not os.path.exists(include + "/Python.h"))',
      ),
  },
];

/** What this machine needs for everything but tests and bench. @returns {readonly Requirement[]} */
export function systemRequirements() {
  const isBuilt = Object.values(paths.python).every((one) => existsSync(one.environment));
  return [
    ...requirements,
    ...(isBuilt ? [] : compilerRequirements),
    ...(needsAppArmor() ? commandsOf('apparmor', ['apparmor_parser']) : []),
  ];
}

/** @param {Requirement} requirement */
export function isThere(requirement) {
  return requirement.isThere?.() ?? findProgram(requirement.what) !== undefined;
}

/**
 * @param {string} name a package
 * @param {readonly string[]} commands it has in every suite
 * @returns {Requirement[]}
 */
function commandsOf(name, commands) {
  return commands.map((what) => ({ what, packages: [name] }));
}

/** Where the kernel has AppArmor on, dockerd starts no container without its parser. */
function needsAppArmor() {
  return (
    existsSync('/sys/module/apparmor/parameters/enabled') &&
    existsSync('/sys/kernel/security/apparmor')
  );
}

/** One that names no dynamic linker runs in an image that has nothing else (elf(5), PT_INTERP). */
function hasStaticBusybox() {
  const file = findProgram('busybox', { folders: ['/bin', '/usr/bin'] });
  return file !== undefined && !readFileSync(file).subarray(0, 4096).includes('/ld-');
}

/** @param {string} code @returns {boolean} whether the distribution's python3 runs it */
function python(code) {
  return spawnSync('/usr/bin/python3', ['-c', code], { stdio: 'ignore' }).status === 0;
}
