import { readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { CliEdges } from './run-cli.ts';

/** What a command touches of the world: this process's streams, and files. */
export async function processEdges(): Promise<CliEdges> {
  const manifest = JSON.parse(
    await readFile(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { readonly version: string };
  return {
    version: manifest.version,
    read: (path) => (path === '-' ? text(process.stdin) : readFile(path, 'utf8')),
    write: (path, content) => (path === '-' ? print(content) : writeFile(path, content)),
    complain: (message) => void process.stderr.write(message),
  };
}

function print(content: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(content, (error) => (error ? reject(error) : resolve()));
  });
}
