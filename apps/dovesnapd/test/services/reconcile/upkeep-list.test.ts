import { expect, it } from 'vitest';
import type { AttachedNetwork } from '../../../src/domain/attached-network.ts';
import type { ReconcilerServices } from '../../../src/services/reconcile/reconciler.ts';
import {
  type Kept,
  type Reason,
  tendBy,
  upkeepList,
} from '../../../src/services/reconcile/upkeep-list.ts';
import { sampleNetwork } from '../../plan/sample.ts';

it('looks in the order of the list for the reasons that concern it, at these networks or at all', () => {
  const [one, other] = [sampleNetwork(), sampleNetwork()];
  const looks: [string, Reason, readonly AttachedNetwork[]][] = [];
  const kept = (name: string, ...on: Kept['on']): Kept => ({
    name,
    on,
    look: (reason, networks) => void looks.push([name, reason, networks]),
  });
  const list = [kept('flows', 'faucet', 'pass'), kept('links', 'link'), kept('pool', 'pass')];
  const tend = tendBy({ all: () => [one, other] }, list);
  tend({ kind: 'pass' });
  tend({ kind: 'faucet' }, [other]);
  expect(looks).toEqual([
    ['flows', { kind: 'pass' }, [one, other]],
    ['pool', { kind: 'pass' }, [one, other]],
    ['flows', { kind: 'faucet' }, [other]],
  ]);
});

/** Services of which each notes what is asked of it. */
function noting(asked: string[]): ReconcilerServices {
  const service = (name: string): object =>
    new Proxy({}, { get: (_, method) => () => void asked.push(`${name}.${String(method)}`) });
  const features = [service('feature')];
  return new Proxy(
    { features },
    {
      get: (given, name) => (name === 'features' ? given.features : service(String(name))),
    },
  ) as unknown as ReconcilerServices;
}

it.each<[Reason['kind'], readonly string[]]>([
  ['switch', ['outOfBand.look']],
  ['rules', ['rules.look']],
  ['seals', ['seals.look']],
  ['link', ['containerLinks.heard', 'hostPortLinks.heard', 'feature.heard']],
  ['links', ['containerLinks.lookAtAll', 'hostPortLinks.lookAtAll']],
  ['docker', ['feature.tend']],
  ['pass', ['attachments.resume', 'offloads.look', 'pool.tend']],
])('looks for the reason %s at what it may have changed', (kind, expected) => {
  const asked: string[] = [];
  const news = { link: 'eth0', ifindex: 7, namespaceId: undefined };
  const tend = tendBy({ all: () => [sampleNetwork()] }, upkeepList(noting(asked)));
  tend(kind === 'link' ? { kind, news } : { kind });
  expect(asked).toEqual(expected);
});
