/**
 * Walks, seed by seed, until a walk has found something, and prints a line of JSON for each: its seed, and what was wrong.
 * For whoever expects that something is found; a test tells more.
 */
export async function printWalks(
  from: string,
  to: string,
  walk: (seed: number) => Promise<{ readonly wrong: string | undefined }>,
): Promise<void> {
  for (let seed = Number(from); seed <= Number(to); seed++) {
    const { wrong } = await walk(seed).catch((error: Error) => ({ wrong: error.message }));
    process.stdout.write(`${JSON.stringify({ seed, wrong })}\n`);
    if (wrong !== undefined) return;
  }
}
