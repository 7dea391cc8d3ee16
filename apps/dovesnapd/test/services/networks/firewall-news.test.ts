import type { ChangesOptions, RuleChange } from '@dovesnap/iptables-nat';
import { expect, test } from 'vitest';
import type { Parts } from '../../../src/services/core/parts.ts';
import { type FirewallNews, firewallNews } from '../../../src/services/networks/firewall-news.ts';
import { bareParts } from '../bare-parts.ts';

test('tells of rules and of seals apart, of seals only while they are to be there', async () => {
  const asked: string[] = [];
  const changes: RuleChange[] = [
    { rules: true, tables: new Set() },
    { rules: false, tables: new Set(['netdev dovesnap']) },
  ];
  const parts = {
    ...bareParts(),
    host: { keepsSeal: (chain: string) => asked.push(chain) > 0 },
    firewall: async () => ({
      changes: async function* ({ tables = {} }: ChangesOptions) {
        expect(tables['netdev dovesnap']?.('seal_eth0')).toBe(true);
        yield* changes;
      },
    }),
  } as unknown as Parts;
  const told: FirewallNews[] = [];
  for await (const news of firewallNews(parts)) told.push(news);
  expect(told).toEqual([
    { rules: true, seals: false },
    { rules: false, seals: true },
  ]);
  expect(asked).toEqual(['seal_eth0']);
});
