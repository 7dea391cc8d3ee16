import { describe, expect, it } from 'vitest';
import { createLog, quietAfter } from '../../src/edges/log.ts';

function lines(level: 'info' | 'debug' | 'trace'): {
  written: string[];
  log: ReturnType<typeof createLog>;
} {
  const written: string[] = [];
  return { written, log: createLog({ level, to: { write: (line) => void written.push(line) } }) };
}

describe('createLog', () => {
  it('writes one JSON object a line, with level and time as words', () => {
    const { written, log } = lines('info');
    log.child({ network: 'mynet', container: 'web' }).info({ port: 3 }, 'attached\nreally');
    expect(written).toHaveLength(1);
    expect(written[0]?.indexOf('\n')).toBe((written[0]?.length ?? 0) - 1);
    expect(JSON.parse(written[0] ?? '')).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      network: 'mynet',
      container: 'web',
      port: 3,
      msg: 'attached\nreally',
    });
  });

  it('leaves out what is below its level', () => {
    const { written, log } = lines('debug');
    log.trace({}, 'no');
    log.debug({}, 'yes');
    expect(written).toHaveLength(1);
  });

  it('writes the stack and the cause of an error', () => {
    const { written, log } = lines('info');
    log.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed');
    const { err } = JSON.parse(written[0] ?? '') as { err: { stack: string } };
    expect(err.stack).toContain('outer');
    expect(err.stack).toContain('inner');
  });
});

describe('quietAfter', () => {
  it('takes warnings and errors for details once the signal has fired, also in its children', () => {
    const { written, log } = lines('debug');
    const stop = new AbortController();
    const quiet = quietAfter(log, stop.signal);
    const child = quiet.child({ network: 'mynet' });
    const sayAll = (): void => {
      for (const level of ['debug', 'info', 'warn', 'error'] as const) quiet[level]({}, 'one');
      child.error({}, 'child');
    };
    sayAll();
    stop.abort();
    sayAll();
    expect(written.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual([
      ...['debug', 'info', 'warn', 'error', 'error'],
      ...['debug', 'info', 'debug', 'debug', 'debug'],
    ]);
  });
});
