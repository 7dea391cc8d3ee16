import { printWalks } from '../print-walks.ts';
import { portWalk } from './port-walk.ts';

/** Lets events happen to ports until a walk has found something. */
export function main(from: string, to: string, length = '1000'): Promise<void> {
  return printWalks(from, to, async (seed) => portWalk(seed, Number(length)));
}
