import { setTimeout as sleep } from 'node:timers/promises';
import type { Host, HostProcess } from '@dovesnap/testkit';
import { longestGap } from './longest-gap.ts';

/** Containers that ping a peer without pause, and when the replies came. */
export interface Samplers {
  /** Resolves when each of them has had a reply after that moment (`performance.now()`). */
  repliesAfter(moment: number): Promise<void>;
  /** The longest time without a reply since that moment, of all of them; milliseconds. */
  longestSilence(since: number): number;
  stop(): Promise<void>;
}

interface Sampler {
  readonly container: string;
  readonly replies: number[];
  readonly ping: HostProcess;
}

const intervalSeconds = '0.05';
const patienceMs = 120_000;

/** Lets containers ping an address twenty times a second. */
export async function startSamplers(
  host: Host,
  containers: readonly string[],
  peer: string,
): Promise<Samplers> {
  const samplers = await Promise.all(containers.map((name) => startSampler(host, name, peer)));
  const repliesAfter = async (moment: number): Promise<void> => {
    const giveUp = performance.now() + patienceMs;
    const isSilent = ({ replies }: Sampler): boolean => (replies.at(-1) ?? 0) <= moment;
    while (samplers.some(isSilent)) {
      if (performance.now() > giveUp) throw silent(samplers.filter(isSilent), peer);
      await sleep(10);
    }
  };
  await repliesAfter(0);
  return {
    repliesAfter,
    longestSilence: (since) =>
      Math.max(...samplers.map(({ replies }) => longestGap(replies, since))),
    async stop(): Promise<void> {
      await Promise.all(samplers.map(({ ping }) => ping.kill()));
    },
  };
}

async function startSampler(host: Host, container: string, peer: string): Promise<Sampler> {
  const found = await host.docker('inspect', '--format', '{{.State.Pid}}', container);
  // The container's network, the host's ping: no `docker exec` in between holds its output up.
  const program = ['busybox', 'ping', '-i', intervalSeconds, peer];
  const ping = await host.spawn('nsenter', [`--net=/proc/${found}/ns/net`, '--', ...program]);
  const replies: number[] = [];
  const note = async (): Promise<void> => {
    for await (const { text } of ping.output) {
      if (text.includes('bytes from')) replies.push(performance.now());
    }
  };
  void note();
  return { container, replies, ping };
}

function silent(samplers: readonly Sampler[], peer: string): Error {
  const seen = samplers.map(({ container, ping }) => {
    const last = ping.output.entries.at(-1)?.text ?? 'nothing';
    return `${container} (${ping.running ? 'pings' : 'has ended'}, said last: ${last})`;
  });
  return new Error(`no reply of ${peer} for two minutes in ${seen.join(', ')}`);
}
