import { describe, expect, it } from 'vitest';
import { shortEngineId } from '../../src/domain/short-engine-id.ts';

describe('shortEngineId', () => {
  it.each([
    ['RKVJ:HCRC:SAM3:AAAA:BBBB:CCCC:DDDD:EEEE:FFFF:GGGG:HHHH:IIII', '13A26F'],
    ['AAAA:HCRC', '075292'],
    ['2222:HCRC', '0176EA'],
    ['2166a535-cf48-4132-87ca-3e01d81abda4', '2166A5'],
    ['0a0b0c0d-cf48-4132-87ca-3e01d81abda4', '0A0B0C'],
    ['', ''],
    [undefined, ''],
    ['?', '000000'],
  ])('of %s is %s', (id, short) => {
    expect(shortEngineId(id)).toBe(short);
  });
});
