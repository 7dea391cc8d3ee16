import { run } from '@dovesnap/command';
import type { HostAccess } from './host-access.ts';

/** One end of a cable between two hosts. */
export interface CableEnd {
  readonly host: HostAccess;
  /** Name of the link in the host, at most 15 characters. */
  readonly link: string;
  /** Address with prefix length, if the end has one. */
  readonly address?: string | undefined;
}

/** Connects two hosts with a veth pair as the cable, both ends up. The pair is removed when either host is closed. */
export async function joinHosts(a: CableEnd, b: CableEnd): Promise<void> {
  await run('ip', [
    ...['link', 'add', a.link, 'netns', String(a.host.pid), 'type', 'veth'],
    ...['peer', 'name', b.link, 'netns', String(b.host.pid)],
  ]);
  for (const { host, link, address } of [a, b]) {
    if (address !== undefined) await host.run('ip', ['address', 'add', address, 'dev', link]);
    await host.run('ip', ['link', 'set', link, 'up']);
  }
}
