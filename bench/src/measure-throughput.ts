import { type Host, machineDatapath, throughput } from '@dovesnap/testkit';
import type { Plan } from './flags.ts';
import { createDovesnapNetwork, openLab, startSleeper } from './lab.ts';
import { untilQuiet } from './quiet.ts';
import { compare, median } from './statistics.ts';
import { formatGigabits, formatRatio, type Section } from './table.ts';

/** Names of the networks that frames cross, and of the containers on each. */
const network = {
  bridge: 'stream-bridge',
  netdev: 'stream-netdev',
  system: 'stream-system',
} as const;

/** Who sends to whom. */
interface Path {
  readonly title: string;
  readonly host: Host;
  readonly network: string;
  /** Bits per second, a round each. */
  readonly rates: number[];
}

/**
 * Measures one TCP stream between two containers of a network: Docker's own, ours on the kernel's datapath where there is
 * one, ours in userspace with what the machine's switch does as it is installed, and with TSO. The last is on a host of
 * its own beside the others, since a switch has TSO for all of its bridges.
 */
export async function measureThroughput(host: Host, plan: Plan): Promise<Section> {
  const withTso = await openLab({ tso: true, build: 'dpdk' });
  try {
    await host.docker('network', 'create', '--driver', 'bridge', network.bridge);
    await startPair(host, network.bridge);
    const kernel: Path[] = [];
    if (machineDatapath === 'system') {
      await createDovesnapNetwork(host, network.system, ['-o', 'ovs.bridge.userspace=false']);
      await startPair(host, network.system);
      kernel.push({ title: 'dovesnap, kernel', host, network: network.system, rates: [] });
    }
    for (const each of [host, withTso]) {
      await createDovesnapNetwork(each, network.netdev, ['-o', 'ovs.bridge.userspace=true']);
      await startPair(each, network.netdev);
    }
    const paths: readonly Path[] = [
      { title: 'bridge', host, network: network.bridge, rates: [] },
      ...kernel,
      { title: 'dovesnap, userspace', host, network: network.netdev, rates: [] },
      { title: 'dovesnap, userspace with TSO', host: withTso, network: network.netdev, rates: [] },
    ];
    for (let round = 0; round <= plan.streams; round++) {
      for (const path of paths) await send(path, plan.streamSeconds);
    }
    await removePair(host, network.bridge);
    await removePair(host, network.netdev);
    for (const path of kernel) await removePair(host, path.network);
    return toSection(plan, paths);
  } finally {
    await withTso.close();
  }
}

async function send(path: Path, seconds: number): Promise<void> {
  await untilQuiet(path.host);
  const flags = ['--time', String(seconds)];
  const [from, to] = pairOf(path.network);
  path.rates.push(await throughput(path.host, from, to, path.network, flags));
}

function pairOf(name: string): readonly [string, string] {
  return [`${name}-from`, `${name}-to`];
}

async function startPair(host: Host, name: string): Promise<void> {
  for (const container of pairOf(name)) await startSleeper(host, container, name);
}

async function removePair(host: Host, name: string): Promise<void> {
  await host.docker('rm', '--force', ...pairOf(name));
  await host.docker('network', 'rm', name);
}

function toSection({ streams, streamSeconds }: Plan, paths: readonly Path[]): Section {
  const counted = paths.map(({ title, rates }) => ({ title, rates: rates.slice(1) }));
  const baseline = counted[0]?.rates ?? [];
  const rows = counted.map(({ title, rates }) => {
    const { ofMedians, pairwise } = compare(rates, baseline);
    const isBaseline = rates === baseline;
    return [
      ...[title, formatGigabits(median(rates))],
      ...[formatGigabits(Math.min(...rates)), formatGigabits(Math.max(...rates))],
      ...[formatRatio(isBaseline ? Number.NaN : ofMedians)],
      formatRatio(isBaseline ? Number.NaN : pairwise),
    ];
  });
  return {
    title: 'One TCP stream between two containers',
    about: `iperf3, one stream of ${streamSeconds} s from container to container of one network, what the receiver says; all of it shares the
machine's cores. The variants take turns; medians of ${streams} rounds, after one that is not counted. "kernel": the kernel's
datapath forwards. "userspace": the switch does not cut segments, so containers do, with transmit offload off. "with TSO":
that of openvswitch-switch-dpdk with \`other_config:userspace-tso-enable=true\`, without DPDK itself. More is better.`,
    columns: ['', 'Gbit/s', 'least', 'most', 'ratio', 'pairwise'],
    rows,
  };
}
