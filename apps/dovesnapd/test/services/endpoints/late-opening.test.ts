import { fakeClock } from '@dovesnap/testkit';
import { expect, it } from 'vitest';
import { DovesnapError } from '../../../src/domain/error.ts';
import { noTreatments } from '../../../src/domain/treatments.ts';
import { failures } from '../../../src/services/core/failures.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import { retries } from '../../../src/services/core/retries.ts';
import { lateOpening } from '../../../src/services/endpoints/late-opening.ts';
import type { Opening } from '../../../src/services/endpoints/opening.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../../plan/sample.ts';
import { recordingLog } from '../../recording-log.ts';
import { bareParts } from '../bare-parts.ts';

const rest = {
  check: async () => undefined,
  prepare: async () => undefined,
  prove: async () => 0,
  open: async () => undefined,
};

it('tries again what has changed while an attempt was under way that then failed', async () => {
  const network = sampleNetwork();
  const port = addPort(network, 1, { phase: 'pending', endpoint: sampleEndpoint() });
  const refusals: string[] = [];
  const verdicts = ['the old file', 'opened'];
  let opened = (): void => undefined;
  const done = new Promise<void>((resolve) => {
    opened = resolve;
  });
  const { clock, failures: known, ...bare } = bareParts();
  const parts = { ...bare, clock, failures: known, docker: { serving: true } } as unknown as Parts;
  const late = lateOpening(
    parts,
    {
      ...rest,
      prove: async () => {
        const verdict = verdicts.shift();
        // The change comes while the first attempt decides by what was there before.
        if (verdicts.length > 0) late.begin(network, port);
        if (verdict !== 'opened') throw new DovesnapError('CONFLICT', `${verdict}`);
        return 0;
      },
    },
    {
      decide: async () => ({ acls: [], treatments: noTreatments, macPrefix: undefined }),
      opened: () => opened(),
      renamed: () => undefined,
      joining: () => undefined,
      left: () => undefined,
      vacated: () => undefined,
      setAside: (_network, port, phase, reason) => {
        Object.assign(port, { phase });
        refusals.push(reason);
      },
    },
    { claim: async () => undefined },
  );
  late.begin(network, port);
  await done;
  expect(refusals).toEqual(['the old file']);
});

it('tries again after pauses that grow, and asks Faucet once more about what it has refused', async () => {
  const network = sampleNetwork();
  const endpoint = sampleEndpoint();
  const port = addPort(network, 1, { phase: 'pending', endpoint });
  const clock = fakeClock();
  const known = failures({ log: recordingLog(), clock });
  const again = retries({ clock, failures: known });
  const parts = {
    ...{ signal: network.life.signal, docker: { serving: true }, failures: known, retries: again },
  } as unknown as Parts;
  const tried: unknown[] = [];
  const late = lateOpening(
    parts,
    {
      ...rest,
      prepare: async (_network, _port, _policy, wait) => {
        tried.push([clock.now() / 1000, wait.again]);
        throw new DovesnapError('FAUCET_REFUSED', 'no poison please');
      },
    },
    {
      decide: async () => ({ acls: [], treatments: noTreatments, macPrefix: undefined }),
      setAside: (_network: unknown, _port: unknown, phase: 'pending' | 'refused', reason: string) =>
        Object.assign(port, { phase, reason }),
    } as unknown as Opening,
    { claim: async () => undefined },
  );
  late.begin(network, port);
  await clock.advance(10_000);
  // A change of the switch is none of faucet.yaml.
  late.begin(network, port);
  await clock.advance(0);
  expect(port).toMatchObject({ phase: 'pending', reason: 'no poison please' });
  expect(known.all()).toMatchObject([{ what: 'open the port of web' }]);
  again.hurry(network);
  await clock.advance(0);
  const firstFour = [0, 1, 3, 7].map((at) => [at, at > 0]);
  expect(tried).toEqual([...firstFour, [10, false]]);
  await late.stop(endpoint);
  expect(known.all()).toEqual([]);
});

it('says nothing of an endpoint that has got the port meanwhile', async () => {
  const network = sampleNetwork();
  const port = addPort(network, 1, { phase: 'pending', endpoint: sampleEndpoint() });
  const { clock, failures: known, ...bare } = bareParts();
  const parts = { ...bare, clock, failures: known, docker: { serving: true } } as unknown as Parts;
  const said: string[] = [];
  const late = lateOpening(
    parts,
    {
      ...rest,
      prepare: async () => {
        Object.assign(port, { endpoint: sampleEndpoint({ id: 'f'.repeat(64) }) });
        throw new DovesnapError('CONFLICT', 'of the endpoint before');
      },
    },
    {
      decide: async () => ({ acls: [], treatments: noTreatments, macPrefix: undefined }),
      setAside: (_network: unknown, _port: unknown, _phase: unknown, reason: string) =>
        said.push(reason),
    } as unknown as Opening,
    { claim: async () => undefined },
  );
  late.begin(network, port);
  await clock.advance(0);
  expect(said).toEqual([]);
});
