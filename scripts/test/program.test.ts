import { describe, expect, it } from 'vitest';
import { attempt, findProgram, run, tellingLines } from '../lib/program.mjs';

describe('findProgram', () => {
  const isExecutable = (path: string) =>
    ['/usr/bin/docker', '/usr/local/bin/docker'].includes(path);

  it('takes the first folder that has it', () => {
    const folders = ['/usr/sbin', '/usr/bin', '/usr/local/bin'];
    expect(findProgram('docker', { folders, isExecutable })).toBe('/usr/bin/docker');
  });

  it('finds nothing where there is nothing', () => {
    expect(findProgram('docker', { folders: ['/opt'], isExecutable })).toBeUndefined();
  });
});

describe('run', () => {
  it('returns what the program printed', async () => {
    expect(await run('printf', ['one\\ntwo\\n'])).toBe('one\ntwo');
  });

  it('names program, exit code, output and remedy of a failure', async () => {
    const failing = run('sh', ['-c', 'echo broken >&2; exit 3'], { remedy: 'mend it' });
    await expect(failing).rejects.toMatchObject({
      message: 'sh -c echo broken >&2; exit 3 ended with 3:\nbroken',
      remedy: 'mend it',
    });
  });

  it('kills a program that takes too long', async () => {
    expect((await attempt('sleep', ['60'], { timeoutMs: 20 })).code).toBe(124);
  });

  it('reports a program that does not exist', async () => {
    expect((await attempt('no-such-program', [])).code).toBe(127);
  });
});

describe('tellingLines', () => {
  const noise = Array.from({ length: 20 }, (_, index) => `line ${index}`);

  it('finds the error between the stack traces', () => {
    const trace = 'ovs:build:     at Object.error (/x/y.js:1:2)';
    const text = [...noise, 'ERROR: no such version', trace, ...noise].join('\n');
    expect(tellingLines(text)).toBe('ERROR: no such version');
  });

  it('shows a short output whole, and the end of one without the word', () => {
    expect(tellingLines('one\ntwo\n')).toBe('one\ntwo');
    expect(tellingLines(noise.join('\n'))).toBe(noise.slice(-10).join('\n'));
  });
});
