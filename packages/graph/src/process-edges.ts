import { readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { complain, print } from './print.ts';
import type { CliEdges } from './run-cli.ts';

/** Returns the edges of a command that runs in this process: its streams, and files. */
export async function processEdges(): Promise<CliEdges> {
  const manifest = JSON.parse(
    await readFile(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { readonly version: string };
  return {
    version: manifest.version,
    read: (path) => (path === '-' ? text(process.stdin) : readFile(path, 'utf8')),
    write: (path, content) => (path === '-' ? print(content) : writeFile(path, content)),
    complain,
  };
}
