import { fileURLToPath } from 'node:url';
import { type EventLog, eventLog } from './event-log.ts';
import type { HostAccess } from './host-access.ts';
import type { HostProcess } from './host-process.ts';

/** A connected client, as seen by the server. */
export interface Client {
  readonly address: string;
  readonly port: number;
}

/** A server that a peer runs. */
export interface PeerServer {
  readonly clients: EventLog<Client>;
  close(): Promise<void>;
}

const script = fileURLToPath(new URL('../assets/peer-server.mjs', import.meta.url));

/** Starts the stream server of a peer. Resolves when it listens. */
export async function serveStream(
  spawn: HostAccess['spawn'],
  mode: 'tcp' | 'http',
  address: string,
  port: number,
): Promise<PeerServer> {
  const child = await spawn(process.execPath, [script, mode, address, String(port)]);
  await child.output.waitFor(({ text }) => text === 'listening');
  const clients = eventLog<Client>(`the clients of ${address}:${port}`);
  const record = async (): Promise<void> => {
    for await (const { text } of child.output) {
      if (text.startsWith('{')) clients.add(JSON.parse(text) as Client);
    }
    clients.end();
  };
  void record();
  return {
    clients,
    async close(): Promise<void> {
      await child.kill();
    },
  };
}

/**
 * Starts a DNS server (dnsmasq) that knows only these names. Resolves when it listens. Its output shows the queries.
 */
export async function serveDns(
  spawn: HostAccess['spawn'],
  address: string,
  names: Readonly<Record<string, string>>,
): Promise<HostProcess> {
  const child = await spawn('dnsmasq', [
    ...[
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--no-resolv',
      '--no-hosts',
      '--local=/#/',
      '--pid-file=',
    ],
    ...['--user=root', '--log-facility=-', '--log-queries', '--bind-interfaces'],
    `--listen-address=${address}`,
    ...Object.entries(names).map(([name, to]) => `--host-record=${name},${to}`),
  ]);
  await child.output.waitFor(({ text }) => text.includes('started, version'));
  return child;
}
