import { type Spawn, spawn as spawnHere } from '@dovesnap/command';
import { addVeth, openNetns, setLink } from '../src/index.ts';

const say = (text: string | number): void => void process.stdout.write(`${text}\n`);

/**
 * Makes a change through a long-lived `ip` and says its process id. Then it waits for a change that ip does not make
 * until someone lets it go on (`waiting`), closes the handle (`closing`), or does nothing (`idle`).
 */
export async function main(what: string): Promise<void> {
  let pid = 0;
  const spawn: Spawn = (file, args, options) => {
    const child = spawnHere(file, args, options);
    pid = child.pid ?? 0;
    return child;
  };
  const here = openNetns({ spawn });
  await here.apply([addVeth('v0', 'v1')]);
  say(pid);
  if (what === 'waiting') {
    process.kill(pid, 'SIGSTOP');
    const change = here.apply([setLink('v0', { up: true })]);
    say('ready');
    await change;
  }
  if (what === 'closing') await here.close();
  say('over');
}
