import type { Link } from '@dovesnap/netns';
import { expect, test } from 'vitest';
import type { AttachedNetwork } from '../../../src/domain/attached-network.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import { hostPortLinks } from '../../../src/services/interfaces/host-port-links.ts';
import { sampleNetwork, sampleUplink } from '../../plan/sample.ts';
import { bareParts } from '../bare-parts.ts';

function bed() {
  const mine = sampleNetwork({ features: [sampleUplink('lan1')] });
  const other = sampleNetwork();
  const bare = bareParts();
  const host = new Map<string, Link>([['lan1', { name: 'lan1', ifindex: 7, up: true } as Link]]);
  const parts = {
    ...bare,
    host: { link: async (name: string) => host.get(name) },
  } as unknown as Parts;
  const looked: AttachedNetwork[] = [];
  const links = hostPortLinks(
    parts,
    { all: () => [mine, other] },
    { look: (network) => void looked.push(network) },
  );
  return { mine, clock: bare.clock, host, looked, links };
}

test('a host interface that gets another name is looked at under its own, when it has been quiet', async () => {
  const { mine, clock, host, looked, links } = bed();
  links.lookOnce(mine);
  links.lookOnce(mine);
  await clock.advance(300);
  expect(mine.observation.links.get('lan1')).toMatchObject({ up: true });
  host.delete('lan1');
  links.heard({ link: 'foo', ifindex: 7, namespaceId: undefined });
  links.heard({ link: 'foo', ifindex: 7, namespaceId: undefined });
  await clock.advance(299);
  expect(looked).toEqual([mine]);
  await clock.advance(1);
  expect(looked).toEqual([mine, mine]);
  expect([...mine.observation.links]).toEqual([['lan1', undefined]]);
});

test('links of others, and of other namespaces, are left alone', async () => {
  const { clock, looked, links } = bed();
  links.heard({ link: 'lan2', ifindex: 8, namespaceId: undefined });
  links.heard({ link: 'lan1', ifindex: 7, namespaceId: 3 });
  await clock.advance(1000);
  expect(looked).toEqual([]);
});
