import { fileURLToPath } from 'node:url';
import type { Host } from '@dovesnap/testkit';
import type { Plan } from './flags.ts';
import { createDovesnapNetwork, openLab, startSleeper } from './lab.ts';
import { readUsage } from './process-usage.ts';
import { untilQuiet } from './quiet.ts';
import type { Section } from './table.ts';

const networkName = 'memory';
const daemonFile = fileURLToPath(new URL('../../apps/dovesnapd/dist/main.js', import.meta.url));

/** How the daemon is started: as a program, whose first line has Node's flags, and with a Node that has its defaults. */
const variants: readonly { readonly title: string; readonly command: readonly string[] }[] = [
  { title: 'as it is started', command: [daemonFile] },
  { title: "with Node's own defaults", command: [process.execPath, daemonFile] },
];

/** Collects garbage when it is told to, until no more goes, and says what is left on the heap, bytes. */
const collector = `import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
setFlagsFromString('--expose_gc');
const gc = runInNewContext('gc');
process.on('SIGUSR2', async () => {
  const left = async () => {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 200));
    return process.memoryUsage().heapUsed;
  };
  let [before, now] = [Infinity, await left()];
  while (now < before * 0.999) [before, now] = [now, await left()];
  console.log(JSON.stringify({ heap: now }));
})`;

/** What the daemon has in memory after a round, bytes. */
interface Sample {
  readonly resident: number;
  /** On the heap after a collection; undefined: there was none. */
  readonly heap: number | undefined;
}

/**
 * Measures what the daemon has in memory over rounds of containers that are started together and removed: what is resident
 * as it stands, garbage included, and what is left of the heap after a collection, which only a leak lets grow.
 */
export async function measureMemory(
  { memoryRounds, memoryContainers }: Plan,
  tell: (line: string) => void,
): Promise<Section> {
  const rows: (readonly string[])[] = [];
  const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(collector)}` };
  for (const { title, command } of variants) {
    const host = await openLab({}, { command, env });
    try {
      await createDovesnapNetwork(host, networkName);
      const samples: Sample[] = [];
      for (let round = 0; round <= memoryRounds; round++) {
        await runRound(host, memoryContainers);
        // In between nobody but Node itself collects.
        const isEnd = round === 0 || round === memoryRounds;
        const sample = await readSample(host, isEnd);
        samples.push(sample);
        const heap = sample.heap === undefined ? '' : `, heap ${mib(sample.heap)}`;
        tell(`${title}, round ${round}: ${mib(sample.resident)} MiB${heap}`);
      }
      rows.push([title, ...toCells(samples)]);
    } finally {
      await host.close();
    }
  }
  return {
    title: 'Memory of the daemon',
    about: `${memoryRounds} rounds, after one that is not counted, of ${memoryContainers} containers that are started at once on one network and
removed. "Resident": the process as it stands at the end of a round, garbage included, MiB. "Heap": what a collection
leaves of it, after the first and after the last round, MiB; only a leak lets it grow.`,
    columns: ['', 'resident, least', 'most', 'heap, first round', 'last round', 'growth'],
    rows,
  };
}

async function runRound(host: Host, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `memory-${index}`);
  await Promise.all(names.map((name) => startSleeper(host, name, networkName)));
  await host.docker('rm', '--force', ...names);
  await untilQuiet(host);
}

async function readSample(host: Host, collect: boolean): Promise<Sample> {
  const pid = host.daemon.pid();
  const { resident } = await readUsage(pid);
  if (!collect) return { resident, heap: undefined };
  const since = host.daemon.logs.entries.length;
  process.kill(pid, 'SIGUSR2');
  const said = await host.daemon.waitForLog((line) => 'heap' in line, { since });
  return { resident, heap: Number(said.heap) };
}

function toCells([first, ...rest]: readonly Sample[]): readonly string[] {
  const resident = rest.map((sample) => sample.resident);
  const [from, to] = [first?.heap ?? 0, rest.at(-1)?.heap ?? 0];
  return [Math.min(...resident), Math.max(...resident), from, to, to - from].map(mib);
}

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
