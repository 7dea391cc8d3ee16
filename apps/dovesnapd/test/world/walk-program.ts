import { type Walk, walk } from './walk.ts';

/**
 * Walks, seed by seed, until a walk has found something, and prints a line of JSON for each: its seed, and what was wrong.
 * For whoever expects that something is found; a test tells more.
 */
export async function main(from: string, to: string, length: string): Promise<void> {
  for (let seed = Number(from); seed <= Number(to); seed++) {
    const wrong = await wrongIn(walk(seed, Number(length)));
    process.stdout.write(`${JSON.stringify({ seed, wrong })}\n`);
    if (wrong !== undefined) return;
  }
}

async function wrongIn(walked: Promise<Walk>): Promise<string | undefined> {
  try {
    return (await walked).wrong;
  } catch (error) {
    return (error as Error).message;
  }
}
