import { setImmediate } from 'node:timers/promises';
import { parseFaucet } from '@dovesnap/faucet-config';
import { expect, test } from 'vitest';
import { vethNames } from '../../../src/domain/names.ts';
import { poolTurn } from '../../../src/services/core/pool-turn.ts';
import type { Registry } from '../../../src/services/core/registry.ts';
import { apart } from '../../../src/services/core/turns.ts';
import type { FaucetDesk } from '../../../src/services/faucet/faucet-desk.ts';
import { rebuildPorts } from '../../../src/services/pool/rebuild-ports.ts';
import { cleanUp } from '../../../src/services/reconcile/clean-up.ts';
import { addPort } from '../../plan/sample.ts';
import { linksBed } from '../pool/links-bed.ts';

const desk = { model: async () => parseFaucet('dps: {}\n') } as unknown as FaucetDesk;

function bed() {
  const around = linksBed();
  const registry = { all: () => [around.network] } as unknown as Registry;
  return { ...around, look: () => cleanUp(around.parts, registry, desk) };
}

test('links that a daemon which was cut off has left are removed, with their seals', async () => {
  const { network, veths, seals, look } = bed();
  const port = addPort(network, 1);
  veths.set(port.hostLink, { tx: true });
  const left = [vethNames(network.spec.id, 2, 'b'), vethNames('f'.repeat(64), 3, 'a')];
  for (const { hostLink, peerLink } of left) {
    veths.set(hostLink, { tx: true });
    seals.add(hostLink).add(peerLink);
  }
  seals.add(port.hostLink).add('eth7');
  await look();
  expect([...veths.keys()]).toEqual([port.hostLink]);
  expect([...seals]).toEqual([port.hostLink]);
});

test('links of a port that is being rebuilt are left alone', async () => {
  const { network, parts, veths, seals, attached, look } = bed();
  const port = addPort(network, 1, { phase: 'dirty' });
  veths.set(port.hostLink, { tx: true });
  const looked: Promise<void>[] = [];
  const { commit } = parts.ovs;
  parts.ovs.commit = async (plan) => {
    looked.push(apart(look));
    await setImmediate();
    await commit(plan);
  };
  await poolTurn(parts, network, () => rebuildPorts(parts, network, [port]));
  await Promise.all(looked);
  expect(attached).toHaveBeenCalled();
  expect([...veths.keys()]).toEqual([port.hostLink]);
  expect([...seals]).toEqual([port.hostLink, port.peerLink]);
});
