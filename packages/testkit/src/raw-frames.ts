import { readFile } from 'node:fs/promises';
import type { HostAccess } from './host-access.ts';

/** One frame, as received by a packet socket. */
export interface RawFrame {
  readonly link: string;
  /** `out`: sent through the link. `in`: received, for any destination. */
  readonly direction: 'in' | 'out';
  /** All octets in hexadecimal, including VLAN tags. */
  readonly octets: string;
}

/** Packet sockets that receive the frames of all links of a host. */
export interface RawCapture {
  /**
   * Stops the capture. Returns all frames received so far.
   * @throws Error when the kernel had to drop frames.
   */
  stop(): Promise<readonly RawFrame[]>;
}

/**
 * `ETH_P_ALL`: a tap that receives every frame; for incoming frames, before the netfilter hook of the link. A socket
 * with any other protocol number receives frames next to the protocols of the IP stack, after that hook
 * (`__netif_receive_skb_core` of Linux).
 */
export const everyProtocol = 0x0003;

const script = new URL('../assets/raw-frames.py', import.meta.url);

/** Flags with which a container of any image can run its host's Python. */
export const pythonInside: readonly string[] = [
  '--volume=/usr:/usr:ro',
  '--volume=/usr/lib:/lib:ro',
  '--volume=/usr/lib64:/lib64:ro',
];

/** Returns the command of a container that sends the frames on its standard input. */
export async function rawSender(): Promise<readonly string[]> {
  return ['/usr/bin/python3', '-c', await readFile(script, 'utf8'), 'send', 'eth0'];
}

/**
 * Sends frames out of a container's `eth0` as the container's own processes can, with only its capabilities. Returns
 * the kernel's errors, by frame number.
 */
export async function sendRaw(
  host: HostAccess,
  container: string,
  frames: readonly string[],
): Promise<ReadonlyMap<number, string>> {
  const { stdout } = await host.run('docker', ['exec', '-i', container, ...(await rawSender())], {
    input: frames.map((frame) => `${frame}\n`).join(''),
  });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [Number.parseInt(line, 10), line.split(' ')[1] ?? '']));
}

/** Receives frames of these protocols on all links of the host. Resolves when it has started to receive. */
export async function listenRaw(
  host: HostAccess,
  protocols: readonly number[] = [everyProtocol],
): Promise<RawCapture> {
  const python = ['/usr/bin/python3', '-c', await readFile(script, 'utf8')];
  const [program = '', ...args] = [
    ...[...python, 'listen'],
    ...protocols.map((protocol) => protocol.toString(16)),
  ];
  const child = await host.spawn(program, args);
  await child.output.waitFor(({ text }) => text === 'ready');
  return {
    stop: async () => {
      child.write('end\n');
      const { text } = await child.output.waitFor((line) => line.text.startsWith('lost '));
      if (text !== 'lost 0') throw new Error(`a packet socket of ${host.name} ${text} frames`);
      return child.output.entries.flatMap((line) => parseRawFrame(line.text));
    },
  };
}

function parseRawFrame(line: string): RawFrame[] {
  const [, link = '', direction, octets = ''] = /^(\S+) (in|out) ([0-9a-f]+)$/.exec(line) ?? [];
  return direction === 'in' || direction === 'out' ? [{ link, direction, octets }] : [];
}
