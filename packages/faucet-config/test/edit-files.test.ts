import { describe, expect, it } from 'vitest';
import {
  checkConfig,
  editText,
  removeInterface,
  setDp,
  setInterface,
  setVlan,
} from '../src/index.ts';
import { codeOf } from './office.ts';

describe('files of every kind', () => {
  const lab = [setDp('lab', { dpId: 5n }), setInterface('lab', 1, { nativeVlan: 100 })];
  const block =
    'dps:\n  "lab":\n    dp_id: 5\n    interfaces:\n      1:\n        native_vlan: 100\n';

  it.each([
    ['', block],
    ['# none yet\n', `# none yet\n${block}`],
    [
      'dps:\n',
      'dps:\n  "lab":\n    dp_id: 5\n    interfaces:\n      1:\n        native_vlan: 100\n',
    ],
    ['dps: ~ # none\nversion: 2\n', `${block.replace('dps:', 'dps: # none')}version: 2\n`],
    ['dps: {} # none\n...\n', `${block.replace('dps:', 'dps: # none')}...\n`],
    ['version: 2', `version: 2\n${block.trimEnd()}`],
    ['\ufeffversion: 2\r\n', `\ufeffversion: 2\r\n${block.replaceAll('\n', '\r\n')}`],
    [
      '{version: 2}\n',
      '{version: 2, dps: {"lab": {dp_id: 5, interfaces: {1: {native_vlan: 100}}}}}\n',
    ],
  ])('%j takes a first datapath', (text, wanted) => {
    expect(editText(text, lab)).toBe(wanted);
  });

  it('keeps what an anchor marks when nothing else needs it, and refuses to cut it off when something does', () => {
    const text =
      'dps:\n  a:\n    dp_id: 1\n    interfaces:\n      1: &plain {native_vlan: 100}\n      2: *plain\n';
    expect(codeOf([removeInterface('a', 1)], text)).toBe('UNEDITABLE');
    expect(codeOf([setInterface('a', 2, { nativeVlan: 5 })], text)).toBe('UNEDITABLE');
    expect(editText(text, [removeInterface('a', 2)])).toBe(text.replace('      2: *plain\n', ''));
    expect(editText(text, [setVlan(100, { description: 'x' })])).toContain(
      '&plain {native_vlan: 100}',
    );
  });

  it('refuses what is not YAML, with the line', () => {
    expect(() => editText('dps:\n  a: [1,\nb: 2\n', lab)).toThrow(/line [23]/);
    expect(codeOf(lab, 'dps:\n  a: [1,\nb: 2\n')).toBe('SYNTAX');
    expect(codeOf(lab, '- 1\n')).toBe('SYNTAX');
  });

  it('quotes names, whatever they look like, and writes floats with a dot', () => {
    const edited = editText('', [
      setDp('0x1', { dpId: 5n, other: { stack: { priority: 1, min_stack_health: 1 } } }),
      setInterface('0x1', 1, { description: '2024-01-01', nativeVlan: 'no' }),
      setVlan('no', { vid: 7, other: { max_hosts: 5 } }),
    ]);
    expect(checkConfig(edited)).toEqual([]);
    expect(edited).toContain('min_stack_health: 1.0');
  });
});
