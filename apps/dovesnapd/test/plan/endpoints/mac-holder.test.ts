import { describe, expect, test } from 'vitest';
import type { TakenPort } from '../../../src/domain/attached-network.ts';
import { observeOtherPorts } from '../../../src/domain/network-observation.ts';
import type { OtherPort } from '../../../src/domain/other-ports.ts';
import { noTreatments } from '../../../src/domain/treatments.ts';
import { findMacHolders } from '../../../src/plan/endpoints/mac-holder.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../sample.ts';

const mac = '02:00:00:00:00:05';
const web = { id: 'c'.repeat(64), name: 'web', labels: {} };
const db = { id: 'd'.repeat(64), name: 'db', labels: {} };

const uplink: OtherPort = {
  ...{ name: 'eth1', kind: 'physical', ofPort: 7, mac, devices: [], gone: false, vlan: 100 },
  ...{ acls: [], treatments: noTreatments, closed: undefined, remark: undefined, peer: undefined },
};

/** Names of those who have the MAC, from the view of container db. */
function namesOf(
  holder: Parameters<typeof sampleEndpoint>[0],
  network = sampleNetwork(),
  local: string | undefined = undefined,
  phase: TakenPort['phase'] = 'open',
): string[] {
  const endpoint = sampleEndpoint({ mac, container: web, ...holder });
  addPort(network, 1, { phase, endpoint });
  const mine = sampleEndpoint({ id: 'f'.repeat(64), mac, container: db });
  addPort(network, 2, { phase: 'claimed', endpoint: mine });
  const heldBy = ({ endpoint: { mac: has } }: TakenPort) => has;
  return findMacHolders(network, mine, mac, { local, heldBy }).map(({ name }) => name);
}

describe('a MAC', () => {
  test.each([
    ['is that of the container that has it', {}, ['container web']],
    ['is the same in capitals', { mac: mac.toUpperCase() }, ['container web']],
    ['is not that of a container with another', { mac: '02:00:00:00:00:06' }, []],
    ['is free for the same container that is started again', { container: db }, []],
  ])('%s', (_, holder, names) => {
    expect(namesOf(holder)).toEqual(names);
  });

  test('is free when its container has left', () => {
    expect(namesOf({}, sampleNetwork(), undefined, 'left')).toEqual([]);
  });

  const other = { mac: '02:00:00:00:00:06' };

  test('is that of the gateway', () => {
    expect(namesOf(other, sampleNetwork(), mac)).toEqual(['bridge odsbra1b2c3d4a1']);
  });

  test('is free where the bridge’s own port is no part of the network', () => {
    expect(namesOf(other, sampleNetwork({ mode: 'flat' }), mac)).toEqual([]);
  });

  test.each([
    ['is that of a port without a container', {}, ['port eth1']],
    ['is free when that port’s device is gone', { gone: true }, []],
    ['is free when that port is kept out of the network', { closed: 'it is a bond' }, []],
    ['is free when that port is on another VLAN', { vlan: 20 }, []],
  ])('%s', (_, given, names) => {
    const network = sampleNetwork();
    observeOtherPorts(network.observation, [{ ...uplink, ...given }]);
    expect(namesOf(other, network)).toEqual(names);
  });
});
