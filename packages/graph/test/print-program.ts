import { print } from '../src/print.ts';

/** Prints a mebibyte, and says on standard error why that went wrong. */
export async function main(): Promise<void> {
  try {
    await print('x'.repeat(2 ** 20));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
