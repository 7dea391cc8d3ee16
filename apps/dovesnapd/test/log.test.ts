import { describe, expect, it } from 'vitest';
import { createLog } from '../src/log.ts';

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
