import { type EventLog, eventLog, type LogWait } from './event-log.ts';
import type { HostAccess } from './host-access.ts';
import type { HostProcess } from './host-process.ts';
import { until } from './until.ts';

/** One frame as tcpdump saw it. */
export interface Frame {
  /** Seconds since the epoch. */
  readonly time: number;
  readonly source: string;
  readonly destination: string;
  /** Octets on the wire. */
  readonly length: number;
  /** The whole line of `tcpdump -n -e`. */
  readonly text: string;
}

/** What is captured. */
export interface CaptureOptions {
  /**
   * pcap-filter(7), as one text. Default everything. Not `inbound`, `outbound`: libpcap 1.10 loses the first frames
   * with these; say which MAC address sends.
   */
  readonly filter?: string | undefined;
}

/** A capture that runs. */
export interface Capture {
  readonly frames: EventLog<Frame>;
  /** The first frame, past or future, that the predicate accepts. */
  waitForFrame(accepts: (frame: Frame) => boolean, wait?: LogWait): Promise<Frame>;
  /** Ends it when every frame that the kernel has handed over is in; answers all frames. */
  stop(): Promise<readonly Frame[]>;
}

const frameLine =
  /^(\d+\.\d+) ((?:[0-9a-f]{2}:){5}[0-9a-f]{2}) > ((?:[0-9a-f]{2}:){5}[0-9a-f]{2}), .*?length (\d+)/;
const statistics =
  /(\d+) packets? captured, (\d+) packets? received by filter, (\d+) packets? dropped/;

/** How long tcpdump's numbers stand still before nothing more is expected: many times what one frame takes. */
const stillMs = 200;

/** Captures on a link of a host or peer; resolves when frames are being seen. Not for the `any` device. */
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

/** Reads a line of `tcpdump -n -e -tt`; undefined when it is none (the rest of a dump). */
export function parseFrame(text: string): Frame | undefined {
  const [, time, source, destination, length] = frameLine.exec(text) ?? [];
  if (time === undefined || source === undefined || destination === undefined) return undefined;
  return { time: Number(time), source, destination, length: Number(length), text };
}

/**
 * Waits until tcpdump has read all that passed its filter: at SIGINT it would drop the rest. The kernel's number can
 * stay above tcpdump's for ever, when frames came before the filter was set: then standing still is the sign.
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
