import { readFile } from 'node:fs/promises';

/** A row of the table in docs/frames.md. */
export interface PageRow {
  readonly name: string;
  /** Who sees it from a container under a deny-all ACL. */
  readonly denied: readonly string[];
  /** Who sees it from a container that may send. */
  readonly allowed: readonly string[];
}

/** Who may see a frame, in the order of the table's columns. */
export const places = ['neighbour', 'gateway', 'host', 'mirror', 'Faucet'] as const;

const page = new URL('../../../../../docs/frames.md', import.meta.url);

/** The rows of the table. */
export async function pageRows(): Promise<readonly PageRow[]> {
  const lines = (await readFile(page, 'utf8')).split('\n').filter((line) => line.startsWith('| '));
  return lines
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
    .filter(([name]) => name !== 'frame' && !/^-+$/.test(name ?? ''))
    .map(([name = '', ...cells]) => ({
      name,
      denied: places.filter((_, index) => cells[index] !== 'no'),
      allowed: (cells[places.length] ?? '').split(', ').filter((place) => place !== 'nobody'),
    }));
}
