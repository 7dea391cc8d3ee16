import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '@dovesnap/testkit';
import { callTimes, troubles } from './call-times.ts';
import type { Plan } from './flags.ts';
import { createDovesnapNetwork, startPeer, startSleeper } from './lab.ts';
import { networkStatus } from './network-status.ts';
import { readUsage } from './process-usage.ts';
import { untilQuiet } from './quiet.ts';
import { restartFaucet } from './restart-faucet.ts';
import { type Level, scaleSections } from './scale-sections.ts';
import type { Section } from './table.ts';

const network = 'bench-scale';
/** Starts under way at the same time while the network grows. */
const inParallel = 8;
const samplerCount = 5;

/** Measures one network as it grows. */
export async function measureScale(
  host: Host,
  plan: Plan,
  say: (text: string) => void,
): Promise<readonly Section[]> {
  await createDovesnapNetwork(host, network, ['--subnet', '10.77.0.0/16']);
  const peer = await startPeer(host, network);
  const levels: Level[] = [];
  let attached = 1;
  for (const size of plan.sizes) {
    const { troubles: seen, ...level } = await measureLevel(host, plan, { attached, size, peer });
    attached = size;
    levels.push(level);
    say(`${size} are attached; the daemon has warned ${seen.length} times`);
    for (const trouble of new Set(seen)) say(`  ${trouble}`);
  }
  return scaleSections(levels, { samples: plan.samples, idleMs: plan.idleMs, inParallel });
}

async function measureLevel(
  host: Host,
  plan: Plan,
  { attached, size, peer }: { attached: number; size: number; peer: string },
): Promise<Level & { readonly troubles: readonly string[] }> {
  const since = host.daemon.logs.entries.length;
  const growth = await measureGrowth(host, attached, size);
  const single = await measureSingle(host, plan.samples);
  const pid = host.daemon.pid();
  const before = await readUsage(pid);
  await sleep(plan.idleMs);
  const idle = { before, after: await readUsage(pid) };
  const restart = await restartFaucet(host, network, pinging(size), peer);
  const { totalPorts } = await networkStatus(host, network);
  const seen = troubles(host.daemon.logs.entries.slice(since));
  return { size, ports: totalPorts, ...growth, single, idle, restart, troubles: seen };
}

async function measureGrowth(
  host: Host,
  from: number,
  to: number,
): Promise<Pick<Level, 'growing' | 'grown' | 'growthMs' | 'used'>> {
  const pid = host.daemon.pid();
  const since = host.daemon.logs.entries.length;
  const before = await readUsage(pid);
  const started = performance.now();
  let next = from;
  const startMore = async (): Promise<void> => {
    while (next < to) {
      next += 1;
      await startSleeper(host, nameOf(next - 1), network);
    }
  };
  await Promise.all(Array.from({ length: inParallel }, startMore));
  const growthMs = performance.now() - started;
  await untilQuiet(host);
  const growing = callTimes(host.daemon.logs.entries.slice(since));
  return { growing, grown: to - from, growthMs, used: { before, after: await readUsage(pid) } };
}

async function measureSingle(host: Host, samples: number): Promise<Level['single']> {
  const since = host.daemon.logs.entries.length;
  for (let sample = 0; sample < samples; sample++) {
    await startSleeper(host, 'sample', network);
    await host.docker('rm', '--force', 'sample');
    await untilQuiet(host);
  }
  return callTimes(host.daemon.logs.entries.slice(since));
}

/** Names of containers from all over the network: the first ones, those in the middle, the last ones. */
function pinging(size: number): readonly string[] {
  const step = Math.max(1, Math.floor(size / samplerCount));
  return Array.from({ length: samplerCount }, (_, index) => 1 + index * step)
    .filter((index) => index < size)
    .map(nameOf);
}

function nameOf(index: number): string {
  return `scale-${index}`;
}
