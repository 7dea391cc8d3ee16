import { type EventLog, eventLog, type LogWait } from './event-log.ts';
import type { HostAccess } from './host-access.ts';
import type { HostProcess } from './host-process.ts';
import { until } from './until.ts';

/** One frame, as captured by tcpdump. */
export interface Frame {
  /** Seconds since the epoch. */
  readonly time: number;
  readonly source: string;
  readonly destination: string;
  /** Length on the wire, in octets. */
  readonly length: number;
  /** The complete line of `tcpdump -n -e`. */
  readonly text: string;
}

/** Options for a capture. */
export interface CaptureOptions {
  /**
   * Filter expression, see pcap-filter(7), as one text. Default: all frames. Do not use `inbound` or `outbound`, with
   * which libpcap 1.10 loses the first frames; filter by the sender's MAC address instead.
   */
  readonly filter?: string | undefined;
}

/** A running capture. */
export interface Capture {
  readonly frames: EventLog<Frame>;
  /** Waits for the first frame, past or future, that the predicate accepts. */
  waitForFrame(accepts: (frame: Frame) => boolean, wait?: LogWait): Promise<Frame>;
  /** Stops the capture once all frames that the kernel has delivered are recorded. Returns all frames. */
  stop(): Promise<readonly Frame[]>;
}

const frameLine =
  /^(\d+\.\d+) ((?:[0-9a-f]{2}:){5}[0-9a-f]{2}) > ((?:[0-9a-f]{2}:){5}[0-9a-f]{2}), .*?length (\d+)/;
const statistics =
  /(\d+) packets? captured, (\d+) packets? received by filter, (\d+) packets? dropped/;

/**
 * Time without a change in tcpdump's counters after which no more frames are expected. It is many times longer than one
 * frame takes.
 */
const stillMs = 200;

/** Captures on a link of a host or peer. Resolves when the capture has started. Does not work for the `any` device. */
export async function capture(
  where: Pick<HostAccess, 'spawn'>,
  link: string,
  options: CaptureOptions = {},
): Promise<Capture> {
  const tcpdump = await where.spawn('tcpdump', [
    ...['-i', link, '-n', '-e', '-tt', '-l', '-p', '--immediate-mode', '-Z', 'root'],
    ...(options.filter === undefined ? [] : [options.filter]),
  ]);
  await tcpdump.output.waitFor(({ text }) => text.includes('listening on'));
  const frames = eventLog<Frame>(`the frames on ${link}`);
  const recorded = record(tcpdump, frames);
  return {
    frames,
    waitForFrame: frames.waitFor,
    async stop(): Promise<readonly Frame[]> {
      await drain(tcpdump);
      tcpdump.signal('SIGINT');
      await tcpdump.exited;
      await recorded;
      return frames.entries;
    },
  };
}

async function record(
  tcpdump: HostProcess,
  frames: ReturnType<typeof eventLog<Frame>>,
): Promise<void> {
  for await (const { stream, text } of tcpdump.output) {
    const frame = stream === 'stdout' ? parseFrame(text) : undefined;
    if (frame !== undefined) frames.add(frame);
  }
  frames.end();
}

/** Parses a line of `tcpdump -n -e -tt`. Returns undefined for any other line (the rest of a dump). */
export function parseFrame(text: string): Frame | undefined {
  const [, time, source, destination, length] = frameLine.exec(text) ?? [];
  if (time === undefined || source === undefined || destination === undefined) return undefined;
  return { time: Number(time), source, destination, length: Number(length), text };
}

/**
 * Waits until tcpdump has read all frames that passed its filter; at SIGINT it would drop the rest. If frames arrived
 * before the filter was set, the kernel's counter stays above tcpdump's. In that case, waits until the counters stop
 * changing.
 */
export async function drain(tcpdump: HostProcess): Promise<void> {
  let last = '';
  let changed = performance.now();
  await until(
    async () => {
      if (!tcpdump.running) return true;
      const since = tcpdump.output.entries.length;
      // SIGUSR1 makes tcpdump print its statistics (tcpdump(8)).
      tcpdump.signal('SIGUSR1');
      const { text } = await tcpdump.output.waitFor((line) => statistics.test(line.text), {
        since,
      });
      const [numbers = '', captured, received] = statistics.exec(text) ?? [];
      if (numbers !== last) changed = performance.now();
      last = numbers;
      return captured === received || performance.now() - changed > stillMs;
    },
    { what: 'the end of the capture', deadline: 10_000 },
  );
}
