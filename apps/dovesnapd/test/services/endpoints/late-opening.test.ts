import { expect, it } from 'vitest';
import { DovesnapError } from '../../../src/domain/error.ts';
import { lateOpening } from '../../../src/services/endpoints/late-opening.ts';
import type { Parts } from '../../../src/services/parts.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../../plan/sample.ts';

it('tries again what has changed while an attempt was under way that then failed', async () => {
  const network = sampleNetwork();
  const port = addPort(network, 1, { endpoint: sampleEndpoint({ phase: 'pending' }) });
  const refusals: string[] = [];
  const verdicts = ['the old file', 'opened'];
  let opened = (): void => undefined;
  const done = new Promise<void>((resolve) => {
    opened = resolve;
  });
  const parts = { signal: network.life.signal, docker: { serving: true } } as unknown as Parts;
  const late = lateOpening(
    parts,
    {
      admit: async () => {
        const verdict = verdicts.shift();
        // The change comes while the first attempt decides by what was there before.
        if (verdicts.length > 0) late.begin(network, port);
        if (verdict !== 'opened') throw new DovesnapError('CONFLICT', `${verdict}`);
      },
    },
    {
      decide: async () => ({ acls: [], mirror: false, macPrefix: undefined }),
      opened: () => opened(),
      renamed: () => undefined,
      joining: () => undefined,
      left: () => undefined,
      vacated: () => undefined,
      setAside: (_network, { endpoint }, phase, reason) => {
        if (endpoint !== undefined) endpoint.phase = phase;
        refusals.push(reason);
      },
    },
  );
  late.begin(network, port);
  await done;
  expect(refusals).toEqual(['the old file']);
});
