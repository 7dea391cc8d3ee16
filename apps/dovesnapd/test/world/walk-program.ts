import { printWalks } from '../print-walks.ts';
import { walk } from './walk.ts';

/** Walks through the world until a walk has found something. */
export function main(from: string, to: string, length = '25'): Promise<void> {
  return printWalks(from, to, (seed) => walk(seed, Number(length)));
}
