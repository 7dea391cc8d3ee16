import { parseArgs } from 'node:util';

/** What can be measured. */
export const parts = ['attach', 'parallel', 'throughput', 'scale', 'memory', 'micro'] as const;

/** One of {@link parts}. */
export type Part = (typeof parts)[number];

/** What to measure, and how much of it. */
export interface Plan {
  readonly only: readonly Part[];
  /** Rounds of single starts, after two that are not counted. */
  readonly rounds: number;
  /** Rounds of parallel starts, after one that is not counted. */
  readonly bursts: number;
  /** Containers of one parallel start. */
  readonly burstSize: number;
  /** Rounds of TCP streams, after one that is not counted. */
  readonly streams: number;
  /** How long each of them sends, seconds. */
  readonly streamSeconds: number;
  /** Attached endpoints, ascending. */
  readonly sizes: readonly number[];
  /** Single attaches at each size. */
  readonly samples: number;
  /** How long the idle daemon is watched, milliseconds. */
  readonly idleMs: number;
  /** Rounds of containers whose traces in memory are looked for, after one that is not counted. */
  readonly memoryRounds: number;
  /** Containers of one of these rounds. */
  readonly memoryContainers: number;
  /** Ports, rules, links that are there already while one thing is measured by itself. */
  readonly microSizes: readonly number[];
  /** Print only; a quick run shows that everything works and little else. */
  readonly keep: boolean;
}

const full: Plan = {
  only: parts,
  rounds: 15,
  bursts: 5,
  burstSize: 20,
  streams: 7,
  streamSeconds: 3,
  sizes: [10, 100, 500],
  samples: 20,
  idleMs: 30_000,
  memoryRounds: 6,
  memoryContainers: 60,
  microSizes: [100, 1000, 5000],
  keep: true,
};

const quick: Plan = {
  ...full,
  rounds: 3,
  bursts: 2,
  streams: 2,
  streamSeconds: 1,
  sizes: [10, 30],
  samples: 5,
  idleMs: 5000,
  memoryRounds: 2,
  memoryContainers: 20,
  microSizes: [100, 1000],
  keep: false,
};

/** What `npm run bench -- --help` prints. */
export const usage: string = `npm run bench -- [flags]
  --quick            few rounds, small sizes; prints, and leaves RESULTS.md as it is
  --only LIST        of ${parts.join(', ')}; leaves RESULTS.md as it is
  --rounds N         rounds of single starts (${full.rounds})
  --bursts N         rounds of parallel starts (${full.bursts})
  --streams N        rounds of TCP streams (${full.streams})
  --sizes LIST       attached endpoints (${full.sizes})
  --memory-rounds N  rounds of ${full.memoryContainers} containers, for the memory (${full.memoryRounds})
  --micro-sizes LIST ports, rules and links beside one operation (${full.microSizes})
`;

/** Reads the command line. @throws Error with what is wrong with it. */
export function parseFlags(argv: readonly string[]): Plan {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean' },
      only: { type: 'string' },
      rounds: { type: 'string' },
      bursts: { type: 'string' },
      streams: { type: 'string' },
      sizes: { type: 'string' },
      'memory-rounds': { type: 'string' },
      'micro-sizes': { type: 'string' },
    },
  });
  const base = values.quick ? quick : full;
  return {
    ...base,
    only: values.only === undefined ? base.only : values.only.split(',').map(toPart),
    rounds: toCount('rounds', values.rounds) ?? base.rounds,
    bursts: toCount('bursts', values.bursts) ?? base.bursts,
    streams: toCount('streams', values.streams) ?? base.streams,
    sizes: toCounts('sizes', values.sizes) ?? base.sizes,
    memoryRounds: toCount('memory-rounds', values['memory-rounds']) ?? base.memoryRounds,
    microSizes: toCounts('micro-sizes', values['micro-sizes']) ?? base.microSizes,
    keep: base.keep && values.only === undefined,
  };
}

function toPart(name: string): Part {
  const part = parts.find((known) => known === name);
  if (part !== undefined) return part;
  throw new Error(`"${name}" cannot be measured: there are ${parts.join(', ')}`);
}

function toCount(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new Error(`--${flag} takes whole numbers above 0, not "${text}"`);
}

function toCounts(flag: string, text: string | undefined): readonly number[] | undefined {
  const counts = text?.split(',').map((item) => toCount(flag, item) ?? 0);
  return counts?.toSorted((a, b) => a - b);
}
