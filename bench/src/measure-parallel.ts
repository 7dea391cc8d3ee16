import type { Host } from '@dovesnap/testkit';
import type { Plan } from './flags.ts';
import { networks, startSleeper } from './lab.ts';
import { untilQuiet } from './quiet.ts';
import { compare, median } from './statistics.ts';
import { formatGoal, formatMs, formatRatio, type Section } from './table.ts';

/** Milliseconds. */
interface Burst {
  readonly start: number;
  readonly removal: number;
}

const goal = 1.2;

/** Measures many starts at once and many removals at once, ours and Docker's own in turn. */
export async function measureParallel(host: Host, plan: Plan): Promise<Section> {
  const bridge: Burst[] = [];
  const dovesnap: Burst[] = [];
  for (let round = 0; round <= plan.bursts; round++) {
    bridge.push(await burst(host, networks.bridge, plan.burstSize));
    dovesnap.push(await burst(host, networks.dovesnap, plan.burstSize));
  }
  const row = (title: string, time: (one: Burst) => number, from: number, to?: number) =>
    toRow(title, dovesnap.slice(from, to).map(time), bridge.slice(from, to).map(time));
  return {
    title: `${plan.burstSize} containers at once`,
    about: `${plan.burstSize} times \`docker run --detach\` started in the same moment, until the last has returned; then as many
\`docker rm --force\` of the running containers. The two networks take turns; medians of ${plan.bursts} rounds. The first burst
finds a pool of ports that was made for single starts, and is shown by itself.`,
    columns: ['', 'bridge, ms', 'dovesnap, ms', 'ratio', 'pairwise', 'goal'],
    rows: [
      row('start', ({ start }) => start, 1),
      row('removal', ({ removal }) => removal, 1),
      row('both', ({ start, removal }) => start + removal, 1),
      row('first burst: start', ({ start }) => start, 0, 1),
      row('first burst: removal', ({ removal }) => removal, 0, 1),
    ],
  };
}

async function burst(host: Host, network: string, size: number): Promise<Burst> {
  await untilQuiet(host);
  const names = Array.from({ length: size }, (_, index) => `burst-${index}`);
  const started = performance.now();
  await Promise.all(names.map((name) => startSleeper(host, name, network)));
  const running = performance.now();
  await untilQuiet(host);
  const removing = performance.now();
  await Promise.all(names.map((name) => host.docker('rm', '--force', name)));
  return { start: running - started, removal: performance.now() - removing };
}

function toRow(title: string, ours: readonly number[], theirs: readonly number[]): string[] {
  const { ofMedians, pairwise } = compare(ours, theirs);
  return [
    ...[title, formatMs(median(theirs)), formatMs(median(ours))],
    ...[formatRatio(ofMedians), formatRatio(pairwise), formatGoal(ofMedians, goal)],
  ];
}
