import { describe, expect, it } from 'vitest';
import { internalNamesWarning } from '../../src/domain/internal-names.ts';

describe('internalNamesWarning', () => {
  const inner = { internal: true, mode: 'nat' } as const;

  it('speaks up where the engine has stopped asking outside name servers', () => {
    expect(internalNamesWarning(inner, '28.5.2+dfsg4')).toEqual([
      'Docker 28.5.2+dfsg4 finds no outside names for containers that are on networks made with --internal only: give them name servers with --dns, or make the network without --internal',
    ]);
    expect(internalNamesWarning({ ...inner, mode: 'routed' }, '29.7.2')).toHaveLength(1);
  });

  it.each([
    ['an older engine', inner, '27.5.1'],
    ['an engine that does not say its version', inner, undefined],
    ['a network that is not internal', { ...inner, internal: false }, '28.5.2'],
    ['a flat network, which has no way out anyhow', { ...inner, mode: 'flat' as const }, '28.5.2'],
  ])('says nothing of %s', (_, network, version) => {
    expect(internalNamesWarning(network, version)).toEqual([]);
  });
});
