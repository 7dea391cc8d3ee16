import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { CommandError } from '@dovesnap/command';
import { type Host, readmeBlocks } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLab } from './lab.ts';
import { untilTaken } from './taken-file.ts';

/** The tutorial, as its fenced blocks in order. */
const blocks = await readTutorial();
let host: Host;

beforeAll(async () => {
  host = await openLab('readme');
});

afterAll(async () => {
  await host?.close();
});

async function readTutorial(): Promise<readonly { language: string; text: string }[]> {
  const readme = await readFile(new URL('../../../../README.md', import.meta.url), 'utf8');
  const section = readme.split('## A first network with a policy')[1]?.split('\n## ')[0] ?? '';
  const fence = /^```(\w+)\n([\s\S]*?)^```$/gm;
  return [...section.matchAll(fence)].map(([, language = '', text = '']) => ({ language, text }));
}

function block(language: string, index: number): string {
  const found = blocks.filter((item) => item.language === language)[index];
  if (found === undefined) throw new Error(`the tutorial has no ${language} block ${index + 1}`);
  return found.text;
}

/** Types a block of the tutorial into a shell on the host, the distribution's docker client first. */
async function type(text: string): Promise<string> {
  const environment = ['PATH=/usr/bin:/usr/sbin:/bin:/sbin', 'DOCKER_HOST=unix:///run/docker.sock'];
  const { stdout } = await host.run('env', [...environment, 'sh', '-ec', text]);
  return stdout;
}

describe('the tutorial in the README', () => {
  test('gives an ACL that Faucet accepts', async () => {
    const acl = block('yaml', 0).replaceAll(/^/gm, '  ').trimEnd();
    const before = await host.faucet.readConfig();
    await host.faucet.writeConfig(before.replace(/^acls:\n/m, `acls:\n${acl}\n`));
    await untilTaken(host);
    expect(await host.faucet.readConfig()).toContain('ping-only');
  });

  test('gets an answer from the web server without a policy', async () => {
    await type(block('sh', 0));
    expect(await type(block('sh', 1))).toBe(block('text', 0));
  });

  test('gets a ping and no page with it', async () => {
    const said = await type(block('sh', 2));
    for (const line of ['1 packets transmitted, 1 packets received, 0% packet loss', 'no answer']) {
      expect(said).toContain(line);
      expect(block('text', 1)).toContain(line);
    }
  });

  test('is refused a policy with a typing error, in the words quoted', async () => {
    const refused = await type(block('sh', 3)).catch((error: CommandError) => error.stderr);
    const quoted =
      block('text', 2)
        .replace(/^container \S+ /, '')
        .split(',')[0] ?? '';
    expect(quoted).toContain('names ACL "pingonly"');
    expect(refused).toContain(quoted);
  });

  test('guards a whole network with one option', async () => {
    await type(block('sh', 4));
    await type('docker run -d --name guard --network guarded busybox sleep 1000');
    // The shell stays process 1: as process 1 itself wget would not hear of its time being up.
    const asking = 'ping -c 1 guard; timeout 2 wget -q -O - http://guard || echo no answer';
    const said = await type(`docker run --rm --network guarded busybox sh -c "${asking}"`);
    expect(said).toContain('1 packets received');
    expect(said).toContain('no answer');
  });
});

describe('the README of the daemon', () => {
  test('starts it, and shows what it logs then', async () => {
    const [start, logged] = await readmeBlocks(new URL('../../README.md', import.meta.url));
    const [file = '', ...args] = start?.text.trim().split(' ') ?? [];
    await host.daemon.stop();
    const root = new URL('../../../../', import.meta.url);
    const daemon = await host.spawn(fileURLToPath(new URL(file, root)), args);
    const { text } = await daemon.output.waitFor((line) => line.text.includes('listens'));
    expect(text.replace(/"time":"[^"]*"/, '"time":"…"')).toBe(logged?.text.trim());
    await daemon.stop();
    await host.daemon.start();
  });
});
