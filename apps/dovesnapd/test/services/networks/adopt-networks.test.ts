import type { SwitchState } from '@dovesnap/ovs';
import { expect, it } from 'vitest';
import { bridgeSpec } from '../../../src/plan/networks/bridge-spec.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import { registry } from '../../../src/services/core/registry.ts';
import { adoptNetworks } from '../../../src/services/networks/adopt-networks.ts';
import type { Networks } from '../../../src/services/networks/networks.ts';
import { networkId, sampleNetwork } from '../../plan/sample.ts';
import { turnsInOrder } from '../turns-in-order.ts';

it('takes a network up once when the switch and Docker ask for it at the same time', async () => {
  const remembered = sampleNetwork();
  const { name, externalIds } = bridgeSpec(remembered, remembered.spec.engineId, {
    controllers: false,
  });
  const state = { bridges: [{ name, externalIds, ports: [] }] } as unknown as SwitchState;
  const parts = {
    turns: turnsInOrder(),
    ovs: { state: () => state },
    engineId: async () => remembered.spec.engineId,
    log: { info: () => undefined },
  } as unknown as Parts;
  const adopted: unknown[] = [];
  const networks = {
    adopt: async () => {
      const network = sampleNetwork({}, { name: undefined });
      adopted.push(network);
      return network;
    },
  } as unknown as Networks;
  const known = registry({ created: () => undefined, removed: () => undefined });
  const passes = [1, 2].map(async () => {
    await adoptNetworks(parts, known, networks);
    return known.get(networkId);
  });
  const [first, second] = await Promise.all(passes);
  expect(adopted).toEqual([first]);
  expect(second).toBe(first);
});
