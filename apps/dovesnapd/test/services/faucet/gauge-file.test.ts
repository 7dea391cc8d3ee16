import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempDir } from '@dovesnap/testkit';
import { expect, test } from 'vitest';
import type { Config } from '../../../src/domain/config.ts';
import { ensureGaugeFile } from '../../../src/services/faucet/gauge-file.ts';
import { recordingLog } from '../../recording-log.ts';

async function ensureIn(folder: string) {
  const gaugeConfig = join(folder, 'gauge.yaml');
  const log = recordingLog();
  await ensureGaugeFile({ gaugeConfig, faucetConfig: '/etc/faucet/faucet.yaml' } as Config, log);
  const text = await readFile(gaugeConfig, 'utf8').catch(() => undefined);
  return { text, said: log.lines.map(({ level, message }) => `${level}: ${message}`) };
}

test('gauge.yaml counts every port, which is said once', async () => {
  await using folder = await tempDir();
  const first = await ensureIn(folder.path);
  expect(first.text).toContain('interval: 5');
  expect(first.said).toEqual(['info: Gauge now counts the ports of all datapaths']);
  expect(await ensureIn(folder.path)).toEqual({ text: first.text, said: [] });
});

test('nothing is made where its folder is missing, with a warning', async () => {
  await using folder = await tempDir();
  const { text, said } = await ensureIn(join(folder.path, 'nothing'));
  expect(text).toBeUndefined();
  expect(said).toEqual([expect.stringMatching(/^warn: .*no such file or directory/)]);
});

test('a gauge.yaml that cannot be read is left as it is, with a warning', async () => {
  await using folder = await tempDir();
  await mkdir(join(folder.path, 'faucet'));
  await writeFile(join(folder.path, 'faucet', 'gauge.yaml'), 'watchers: [\n');
  const { text, said } = await ensureIn(join(folder.path, 'faucet'));
  expect(text).toBe('watchers: [\n');
  expect(said).toEqual([expect.stringMatching(/^warn: .*gauge\.yaml/)]);
});
