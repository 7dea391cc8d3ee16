import { drain } from './capture.ts';
import { type EventLog, eventLog } from './event-log.ts';
import type { HostAccess } from './host-access.ts';
import type { HostProcess } from './host-process.ts';

/**
 * One frame on one link of a host, as shown by tcpdump's `any` device (LINKTYPE_LINUX_SLL2), which has no destination
 * MAC address.
 */
export interface Sighting {
  readonly link: string;
  /** `out`: sent through the link. `in`: received, for any destination. */
  readonly direction: 'in' | 'out';
  readonly source: string;
  /** The complete line of `tcpdump -n -e`. */
  readonly text: string;
}

/** A capture on all links of a host, including links that are added later. */
export interface FullCapture {
  readonly sightings: EventLog<Sighting>;
  /**
   * Stops the capture once all frames that the kernel has delivered are recorded. Returns them, and the number of
   * frames that the kernel dropped because tcpdump was too slow.
   */
  stop(): Promise<{ readonly sightings: readonly Sighting[]; readonly dropped: number }>;
}

/**
 * Kernel buffer for frames that tcpdump has not read yet, in KiB, and the number of octets kept of each frame
 * (tcpdump(8), -B and -s). Each frame takes the space of the longest possible one, so this number must be small for a
 * large burst to fit.
 */
const bufferKib = 65_536;
const frameOctets = 256;

/** Captures on all links of the host. Resolves when the capture has started. */
export async function captureAll(host: Pick<HostAccess, 'spawn'>): Promise<FullCapture> {
  const tcpdump = await host.spawn('tcpdump', [
    ...['-i', 'any', '-n', '-e', '-tt', '-l', '-p', '--immediate-mode', '-Z', 'root'],
    ...['-B', String(bufferKib), '-s', String(frameOctets)],
  ]);
  await tcpdump.output.waitFor(({ text }) => text.includes('listening on'));
  const sightings = eventLog<Sighting>('the frames on all links');
  const recorded = record(tcpdump, sightings);
  return {
    sightings,
    async stop() {
      await drain(tcpdump);
      tcpdump.signal('SIGINT');
      await tcpdump.exited;
      await recorded;
      return { sightings: sightings.entries, dropped: droppedBy(tcpdump) };
    },
  };
}

async function record(
  tcpdump: HostProcess,
  sightings: ReturnType<typeof eventLog<Sighting>>,
): Promise<void> {
  for await (const { stream, text } of tcpdump.output) {
    const sighting = stream === 'stdout' ? parseSighting(text) : undefined;
    if (sighting !== undefined) sightings.add(sighting);
  }
  sightings.end();
}

/** Parses a line of `tcpdump -i any -n -e -tt`. Returns undefined for any other line (the rest of a dump). */
export function parseSighting(text: string): Sighting | undefined {
  const line = /^\d+\.\d+ (\S+) +(In|Out|B|M|P) +ifindex \d+ ((?:[0-9a-f]{2}:){5}[0-9a-f]{2}) /;
  const [, link, direction, source] = line.exec(text) ?? [];
  if (link === undefined || source === undefined) return undefined;
  return { link, direction: direction === 'Out' ? 'out' : 'in', source, text };
}

function droppedBy(tcpdump: HostProcess): number {
  const said = tcpdump.output.entries.map(({ text }) => text).join('\n');
  return Number(/(\d+) packets? dropped by kernel/.exec(said)?.[1] ?? Number.NaN);
}
