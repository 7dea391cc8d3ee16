import { describe, expect, it } from 'vitest';
import { readTagged } from '../src/yaml/tagged.ts';

const standard = 'tag:yaml.org,2002:';

describe('a scalar with a tag', () => {
  it.each([
    ['!', '100', 100n],
    ['!', 'office', 'office'],
    ['!', '', ''],
    ['!', '=', undefined],
    [`${standard}str`, '100', '100'],
    [`${standard}int`, '0x10', 16n],
    [`${standard}int`, '5.0', undefined],
    [`${standard}float`, '5', 5],
    [`${standard}float`, '.5', 0.5],
    [`${standard}bool`, 'Off', false],
    [`${standard}bool`, '1', undefined],
    [`${standard}null`, 'x', null],
    [`${standard}value`, 'x', undefined],
    ['!ours', 'x', undefined],
  ])('%s %s is what Faucet makes of it', (tag, source, value) => {
    expect(readTagged(tag, source)).toBe(value);
  });
});
