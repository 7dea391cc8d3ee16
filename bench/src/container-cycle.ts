import type { Host } from '@dovesnap/testkit';

/** One container, from its start to its removal; milliseconds. */
export interface Cycle {
  /** From the start of `docker run` until its process has had the reply to a ping. */
  readonly untilReply: number;
  /** `docker rm --force` of the running container. */
  readonly removal: number;
  /** Pings without a reply within a second, before the one that had it. */
  readonly lost: number;
}

/** What is started. */
export interface CycleOptions {
  readonly name: string;
  readonly network: string;
  /** The address that is pinged. */
  readonly peer: string;
  readonly flags: readonly string[];
}

/** Starts a container whose process pings until it has a reply and then sleeps, and removes it. */
export async function runCycle(host: Host, options: CycleOptions): Promise<Cycle> {
  const { name, network, peer, flags } = options;
  const ping = `ping -q -c 1 -W 1 ${peer} >/dev/null`;
  const script = `until ${ping}; do echo lost; done; echo replied; exec sleep 100000`;
  const started = performance.now();
  const client = await host.spawn('/usr/bin/docker', [
    ...['--host', 'unix:///run/docker.sock', 'run', '--name', name, '--network', network],
    ...['--stop-signal', 'KILL', ...flags, 'busybox', 'sh', '-c', script],
  ]);
  await client.output.waitFor(({ text }) => text === 'replied');
  const replied = performance.now();
  await host.docker('rm', '--force', name);
  const removed = performance.now();
  await client.exited;
  const lost = client.output.entries.filter(({ text }) => text === 'lost').length;
  return { lost, untilReply: replied - started, removal: removed - replied };
}
