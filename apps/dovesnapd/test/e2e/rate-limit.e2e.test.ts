import { type Host, throughput, triedCases } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createNetwork, openLab, startContainer } from './lab.ts';
import { operatorConfig, rules } from './operator-config.ts';

const operator = operatorConfig(
  { 'allow-all': [rules.allow], slow: ['{actions: {allow: 1, meter: ten-megabits}}'] },
  `meters:
  ten-megabits:
    meter_id: 1
    entry:
      flags: [KBPS, BURST, STATS]
      bands: [{type: DROP, rate: 10000, burst_size: 1000}]
`,
);

/** What the meter lets through in a second, with its burst and on a machine that is busy with other things, bits per second. */
const limited = { least: 1e6, most: 20e6 };

/** What arrives at least where nothing is limited, bits per second. */
const unlimited = 40e6;

/** Flags of iperf3 for more UDP than the meter lets through. */
const protocols = [
  ['TCP', []],
  ['UDP', ['--udp', '--bitrate', '80M']],
] as const;

const label = (acl: string): string[] => ['--label', `dovesnap.faucet.portacl=${acl}`];

describe.each(triedCases(['faucet', 'c65faucet']))(
  'an ACL with a meter of 10 Mbit/s, %s',
  (flavour) => {
    let host: Host;

    beforeAll(async () => {
      host = await openLab('rate', { faucetConfig: operator, flavour });
      const userspace = { 'ovs.bridge.userspace': 'true' };
      await createNetwork(host, 'wide', userspace);
      await createNetwork(host, 'narrow', { ...userspace, 'ovs.bridge.default_acl': 'slow' });
      await startContainer(host, 'one', 'wide');
      await startContainer(host, 'two', 'wide');
      await startContainer(host, 'labelled', 'wide', label('slow'));
      await startContainer(host, 'plain', 'narrow');
      await startContainer(host, 'exempt', 'narrow', label('allow-all'));
    });

    afterAll(async () => {
      await host?.close();
    });

    describe.each(protocols)('%s', (_name, flags) => {
      const rate = (from: string, to: string, network: string): Promise<number> =>
        throughput(host, from, to, network, flags);

      test('is not limited before: without a label', async () => {
        expect(await rate('one', 'two', 'wide')).toBeGreaterThan(unlimited);
      });

      test('is limited after: by a label', async () => {
        expectLimited(await rate('labelled', 'two', 'wide'));
      });

      test('is limited by default_acl, and not where a label says otherwise', async () => {
        expectLimited(await rate('plain', 'exempt', 'narrow'));
        expect(await rate('exempt', 'plain', 'narrow')).toBeGreaterThan(unlimited);
      });

      test('is limited only in what the container sends', async () => {
        expect(await rate('two', 'labelled', 'wide')).toBeGreaterThan(unlimited);
      });

      test('of others is not limited while the meter is at its limit', async () => {
        const [others, own] = await Promise.all([
          rate('one', 'two', 'wide'),
          rate('plain', 'exempt', 'narrow'),
        ]);
        expect(others).toBeGreaterThan(unlimited);
        expectLimited(own);
      });
    });

    test('is one limit for all containers of the network under it', async () => {
      await startContainer(host, 'sibling', 'wide', label('slow'));
      const flags = ['--udp', '--bitrate', '80M', '--time', '2'];
      const rates = await Promise.all([
        throughput(host, 'labelled', 'one', 'wide', flags),
        throughput(host, 'sibling', 'two', 'wide', flags),
      ]);
      expectLimited(rates[0] + rates[1]);
    });
  },
);

function expectLimited(rate: number): void {
  expect(rate).toBeGreaterThan(limited.least);
  expect(rate).toBeLessThan(limited.most);
}
