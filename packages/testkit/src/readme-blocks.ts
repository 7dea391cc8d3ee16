import { readFile } from 'node:fs/promises';
import { inspect } from 'node:util';

/** A code block in a README: the language of its fence (`ts`, `sh`, `text`), and its content. */
export interface ReadmeBlock {
  readonly language: string;
  readonly text: string;
}

/** Returns all code blocks in a README, in order. A test that compares them with what it ran covers all of them. */
export async function readmeBlocks(readme: URL): Promise<readonly ReadmeBlock[]> {
  const text = await readFile(readme, 'utf8');
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', code = '']) => ({
    language,
    text: code,
  }));
}

/** Returns the output of a task's `console.log` calls, which are not shown on the terminal. */
export async function printedBy(task: () => Promise<unknown>): Promise<string> {
  const out = console;
  const real = out.log;
  let output = '';
  out.log = (...values: unknown[]) => {
    output += `${values.map((v) => (typeof v === 'string' ? v : inspect(v))).join(' ')}\n`;
  };
  try {
    await task();
  } finally {
    out.log = real;
  }
  return output;
}
