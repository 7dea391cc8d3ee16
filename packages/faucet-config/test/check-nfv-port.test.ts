import { describe, expect, it } from 'vitest';
import { checkConfig } from '../src/index.ts';
import { nfvPorts } from './nfv-port-table.ts';

describe('the port of 802.1x', () => {
  it.each(nfvPorts)('as %s', (_, text, isTaken) => {
    const found = checkConfig(text).filter((one) => one.severity === 'refused');
    expect(found.map(({ code, line }) => [code, line])).toEqual(isTaken ? [] : [['BAD_VALUE', 5]]);
  });
});
