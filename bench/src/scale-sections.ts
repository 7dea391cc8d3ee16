import { type CallTimes, endpointCalls } from './call-times.ts';
import type { Usage } from './process-usage.ts';
import type { Restart } from './restart-faucet.ts';
import { percentile } from './statistics.ts';
import { formatMs, type Section } from './table.ts';

interface Span {
  readonly before: Usage;
  readonly after: Usage;
}

/** What was measured at one number of attached endpoints. */
export interface Level {
  readonly size: number;
  /** Taken and free ones. */
  readonly ports: number;
  /** The calls of one start and removal after another. */
  readonly single: CallTimes;
  /** The calls on the way to this number. */
  readonly growing: CallTimes;
  /** How many containers were started on the way. */
  readonly grown: number;
  readonly growthMs: number;
  /** Of the daemon, over the growth and what followed it in the background. */
  readonly used: Span;
  readonly idle: Span;
  readonly restart: Restart;
}

/** How it was measured. */
export interface ScaleSettings {
  readonly samples: number;
  readonly idleMs: number;
  readonly inParallel: number;
}

/** Writes the tables. */
export function scaleSections(
  levels: readonly Level[],
  settings: ScaleSettings,
): readonly Section[] {
  return [
    callSection(levels, settings),
    restartSection(levels),
    usageSection(levels, settings.idleMs),
  ];
}

function callSection(levels: readonly Level[], { samples, inParallel }: ScaleSettings): Section {
  const cells = (times: readonly number[]): readonly string[] =>
    [50, 95].map((percent) => formatMs(percentile(times, percent)));
  return {
    title: 'Time inside the calls',
    about: `Milliseconds inside the daemon, from its log, by the number of attached endpoints on one network. "One": a container
more is started and removed, ${samples} times, one after another. "Growing": on the way to that number, ${inParallel} starts at a
time.`,
    columns: ['attached', 'ports', 'call', 'one: p50', 'p95', 'growing: p50', 'p95'],
    rows: levels.flatMap(({ size, ports, single, growing }) =>
      endpointCalls.map((call) => [
        ...[String(size), String(ports), call],
        ...cells(single[call]),
        ...cells(growing[call]),
      ]),
    ),
  };
}

function restartSection(levels: readonly Level[]): Section {
  return {
    title: 'Restart of Faucet',
    about: `Milliseconds from the start of Faucet's process until its metrics page says that it has read its configuration, and until
every flow of every taken port is in the switch again. "Longest silence": the longest time without a
reply in five containers that ping a neighbour twenty times a second throughout (50 is none at all).`,
    columns: ['attached', 'ports', 'Faucet answers', 'all flows back', 'longest silence'],
    rows: levels.map(({ size, ports, restart }) => [
      ...[String(size), String(ports)],
      ...[restart.answers, restart.flowsBack, restart.silence].map(formatMs),
    ]),
  };
}

function usageSection(levels: readonly Level[], idleMs: number): Section {
  const share = (milliseconds: number): string => `${((milliseconds / idleMs) * 100).toFixed(2)} %`;
  const mebibytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(0);
  const own = ({ before, after }: Span): number => after.ownMs - before.ownMs;
  const programs = ({ before, after }: Span): number => after.childrenMs - before.childrenMs;
  return {
    title: 'What the daemon uses',
    about: `Under the load: processor time for each container that was started on the way to this number, with the warm ports that
were made for it; the daemon's own, and that of the programs it runs (\`ip\`, \`nft\`, ...). Idle: of one core, while nothing
happens for ${idleMs / 1000} s. Resident memory after each.`,
    columns: [
      ...['attached', 'starts a second', 'own, ms each', 'programs, ms each', 'resident, MiB'],
      ...['idle: own', 'programs', 'resident, MiB'],
    ],
    rows: levels.map(({ size, grown, growthMs, used, idle }) => [
      ...[String(size), (grown / (growthMs / 1000)).toFixed(1)],
      ...[formatMs(own(used) / grown), formatMs(programs(used) / grown)],
      ...[mebibytes(used.after.resident), share(own(idle)), share(programs(idle))],
      mebibytes(idle.after.resident),
    ]),
  };
}
