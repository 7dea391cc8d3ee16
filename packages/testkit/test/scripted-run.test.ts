import { describe, expect, test } from 'vitest';
import { scriptedRun } from '../src/index.ts';

describe('a scripted run', () => {
  test('answers the expected commands in their order and records their options', async () => {
    const script = scriptedRun([
      { argv: ['ip', 'link'], stdout: 'lo\n' },
      { argv: ['ip', '-batch', '-'], input: 'link set lo up\n', stderr: 'slow' },
    ]);
    expect(await script.run('ip', ['link'])).toEqual({ stdout: 'lo\n', stderr: '' });
    const options = { input: 'link set lo up\n', deadline: 5 };
    expect(await script.run('ip', ['-batch', '-'], options)).toEqual({
      stdout: '',
      stderr: 'slow',
    });
    expect(script.calls).toEqual([{}, options]);
    script.assertDone();
  });

  test('throws the failure that a step holds', async () => {
    const fails = new Error('no such link');
    const { run } = scriptedRun([{ argv: ['ip'], fails }]);
    await expect(run('ip', [])).rejects.toBe(fails);
  });

  test.each([
    ['another argument', ['ip', 'addr'], 'expected ip link, was asked to run ip addr'],
    ['another program', ['tc', 'link'], 'expected ip link, was asked to run tc link'],
  ])('refuses %s', async (_, [file = '', ...args], message) => {
    const { run } = scriptedRun([{ argv: ['ip', 'link'] }]);
    const refusal = { code: 'UNEXPECTED_COMMAND', message };
    await expect(run(file, args)).rejects.toMatchObject(refusal);
  });

  test('refuses other input, and a command after the last', async () => {
    const { run } = scriptedRun([{ argv: ['ip'], input: 'a' }]);
    await expect(run('ip', [], { input: 'b' })).rejects.toThrow('expected the input\na\ngot\nb');
    await expect(run('ip', [])).rejects.toThrow('expected nothing more');
  });

  test('says which command was never run', () => {
    const script = scriptedRun([{ argv: ['ip', 'link', 'del', 'a b'] }]);
    expect(() => script.assertDone()).toThrow("never ran ip link del 'a b'");
  });
});
