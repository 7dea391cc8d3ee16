import { setTimeout as sleep } from 'node:timers/promises';
import { type Host, patient } from '@dovesnap/testkit';
import { readUsage } from './process-usage.ts';

const lookMs = 300;
/** An idle Node wakes up now and then. */
const idleMs = patient(10);
const patienceMs = patient(60_000);

/**
 * Waits until the daemon has done what it does in the background (ports rebuilt, the pool grown), so that it is not
 * counted as part of what is measured next, be it ours or Docker's.
 */
export async function untilQuiet(host: Host): Promise<void> {
  const pid = host.daemon.pid();
  const spent = async (): Promise<number> => {
    const { ownMs, childrenMs } = await readUsage(pid);
    return ownMs + childrenMs;
  };
  const giveUp = performance.now() + patienceMs;
  let before = await spent();
  while (performance.now() < giveUp) {
    await sleep(lookMs);
    const now = await spent();
    if (now - before <= idleMs) return;
    before = now;
  }
}
