import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '@dovesnap/command';
import { tempDir } from '@dovesnap/testkit';
import { venv } from './faucet-oracle.ts';

const script = fileURLToPath(new URL('./faucet-harvest.py', import.meta.url));

/** Every text that the tests of the installed Faucet give to its parser, and the examples of its fuzzer. */
export async function harvestFaucet(): Promise<string[]> {
  await using folder = await tempDir('faucet-source');
  const source = await downloadSource(folder.path);
  const { stdout } = await run(`${venv}/bin/python`, [script, source], { deadline: 120_000 });
  const lines = stdout.trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as { text: string }).text);
}

/** Fetches the source distribution of the Faucet that is installed: its tests are in no other package. */
async function downloadSource(folder: string): Promise<string> {
  const python = `${venv}/bin/python`;
  const ask = 'from importlib.metadata import version; print(version("faucet"))';
  const { stdout } = await run(python, ['-c', ask]);
  const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps'];
  const as = ['--no-binary', ':all:', '--no-build-isolation', `faucet==${stdout.trim()}`];
  await run(python, [...pip, ...as, '--dest', folder], {
    deadline: 120_000,
    // Faucet's setup.py else copies its sample configuration to /etc/faucet.
    env: { ...process.env, DEBINSTALL: '1' },
  });
  const [archive = ''] = await readdir(folder);
  await run('tar', ['-xzf', join(folder, archive), '-C', folder]);
  return join(folder, archive.replace(/\.tar\.gz$/, ''));
}
