import { type DaemonOptions, type Host, type OvsOptions, openHost } from '@dovesnap/testkit';

/** The ACL of the labelled containers: what it lets through is what they send. */
export const aclName = 'bench-icmp';

/** The same under another name, for containers of which there is one at a time. */
export const loneAclName = 'bench-lone';

const rules = `
    - rule: {dl_type: 0x806, actions: {allow: 1}}
    - rule: {dl_type: 0x800, ip_proto: 1, actions: {allow: 1}}
    - rule: {actions: {allow: 0}}`;

const faucetConfig = `acls:
  ${aclName}:${rules}
  ${loneAclName}:${rules}
dps:
  elsewhere:
    dp_id: 0xe15e
    hardware: Open vSwitch
    interfaces:
      1: {native_vlan: 4000}
`;

/** A host of the test bed with Open vSwitch, Docker, Faucet, Gauge and the daemon in it. */
export async function openLab(ovs: OvsOptions = {}, daemon: DaemonOptions = {}): Promise<Host> {
  const host = await openHost({ name: 'bench' });
  try {
    await Promise.all([
      host.startOvs(ovs),
      host.startDocker(),
      host.startFaucet({ config: faucetConfig }).then(() => host.startGauge()),
    ]);
    await host.startDaemon(daemon);
    return host;
  } catch (error) {
    await host.close();
    throw error;
  }
}

/** The two networks that are set against each other: one of Docker's own, one of ours, both with NAT to the outside. */
export const networks = { bridge: 'bench-bridge', dovesnap: 'bench-dovesnap' } as const;

/** Makes both networks, and on each a container that answers pings; gives the addresses of these. */
export async function openNetworks(
  host: Host,
): Promise<Readonly<Record<keyof typeof networks, string>>> {
  await host.docker('network', 'create', '--driver', 'bridge', networks.bridge);
  await createDovesnapNetwork(host, networks.dovesnap);
  return {
    bridge: await startPeer(host, networks.bridge),
    dovesnap: await startPeer(host, networks.dovesnap),
  };
}

/** Makes a nat network of ours. */
export async function createDovesnapNetwork(
  host: Host,
  name: string,
  flags: readonly string[] = [],
): Promise<void> {
  const mode = ['-o', 'ovs.bridge.mode=nat'];
  await host.docker('network', 'create', '--driver', 'dovesnap', ...mode, ...flags, name);
}

/** Starts a container that sleeps and, removed by force, ends at once. */
export async function startSleeper(
  host: Host,
  name: string,
  network: string,
  flags: readonly string[] = [],
): Promise<void> {
  const options = ['--detach', '--stop-signal', 'KILL', '--name', name, '--network', network];
  await host.docker('run', ...options, ...flags, 'busybox', 'sleep', '100000');
}

/** Starts a container that others ping; gives its address. */
export async function startPeer(host: Host, network: string): Promise<string> {
  const name = `peer-${network}`;
  await startSleeper(host, name, network);
  const format = `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`;
  return host.docker('inspect', '--format', format, name);
}
