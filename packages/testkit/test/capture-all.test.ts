import { describe, expect, test } from 'vitest';
import { parseSighting } from '../src/capture-all.ts';

describe('a line of tcpdump on all links', () => {
  test('names the link, the direction and the sender', () => {
    const text =
      '1795229955.950279 vea0  Out ifindex 3 a2:79:c7:76:b5:87 ethertype ARP (0x0806), length 48: Request';
    expect(parseSighting(text)).toEqual({
      link: 'vea0',
      direction: 'out',
      source: 'a2:79:c7:76:b5:87',
      text,
    });
  });

  test.each(['In ', 'B  ', 'M  ', 'P  '])('%s is a frame that came in', (word) => {
    const text = `1.5 veb0  ${word} ifindex 2 a2:79:c7:76:b5:87 ethertype ARP (0x0806), length 48`;
    expect(parseSighting(text)?.direction).toBe('in');
  });

  test('that is none is left out', () => {
    expect(parseSighting('        0x0000:  4500 0054')).toBeUndefined();
    expect(parseSighting('3 packets captured')).toBeUndefined();
  });
});
