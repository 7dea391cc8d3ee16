import { parseFaucet } from '@dovesnap/faucet-config';
import type { Link } from '@dovesnap/netns';
import { describe, expect, test } from 'vitest';
import { recordNumbers } from '../../../src/domain/network-record.ts';
import { foreignNumbers, refusalOf } from '../../../src/plan/interfaces/host-port-specs.ts';
import {
  giveDeviceBack,
  takeDevice,
  takenDevice,
} from '../../../src/plan/interfaces/taken-devices.ts';
import { sampleHostPorts, sampleNetwork } from '../sample.ts';
import { eth1, operator, port, stateWith } from './other-ports-sample.ts';

describe('numbers', () => {
  test('that others have, want, or have had are left alone by the pool', () => {
    const network = sampleNetwork({ features: [sampleHostPorts(eth1)] });
    recordNumbers(network.record, [{ ofPort: 8, name: 'vnet9' }]);
    const state = stateWith(port('vnet0', { ofPort: 9, ofPortRequest: 10 }), port('p', {}));
    expect(foreignNumbers(network, state).sort((a, b) => a - b)).toEqual([5, 8, 9, 10, 20]);
  });
});

describe('a host interface', () => {
  const link: Link = {
    name: 'eth1',
    ifindex: 7,
    peerIfindex: undefined,
    peerNamespaceId: undefined,
    kind: undefined,
    mac: '52:54:00:00:00:01',
    mtu: 1500,
    up: true,
    running: true,
    alias: undefined,
    addresses: [
      { family: 'ipv4', address: '10.61.0.2', prefixLength: 24, scope: 'global' },
      { family: 'ipv6', address: 'fe80::1', prefixLength: 64, scope: 'link' },
    ],
  };
  const route = {
    destination: '10.62.0.0/24',
    via: '10.61.0.1',
    link: 'eth1',
    family: 'ipv4',
    type: 'unicast',
    protocol: 'boot',
    scope: undefined,
  } as const;

  test('is closed to the host before it goes up, on a userspace bridge only', () => {
    const kinds = (userspace: boolean) => takeDevice({ userspace }, link).map(({ kind }) => kind);
    expect(kinds(true)).toEqual(['seal-link', 'set-merging', 'remove-address', 'set-link']);
    expect(kinds(false)).toEqual(['remove-address', 'set-link']);
  });

  test('gets back what it had, but for what the kernel makes by itself', () => {
    const kernels = { ...route, destination: '10.61.0.0/24', via: undefined, protocol: 'kernel' };
    const before = takenDevice(link, {
      ...{ routes: [route, kernels, { ...route, link: 'eth2' }], merging: ['lro'], now: 0 },
    });
    const bare = { ...link, addresses: [] };
    expect(before).toMatchObject({
      addresses: [{ address: '10.61.0.2/24' }],
      routes: [{ via: '10.61.0.1' }],
    });
    expect(giveDeviceBack({ userspace: true }, bare, before, { routes: [], now: 0 })).toMatchObject(
      [
        { kind: 'unseal-link' },
        { kind: 'set-link', settings: { up: true } },
        { kind: 'add-address', address: '10.61.0.2/24' },
        { kind: 'add-route', route: { destination: '10.62.0.0/24' } },
        { kind: 'set-merging', link: 'eth1', features: ['lro'] },
      ],
    );
  });

  test('is refused when it is missing, a bridge, or on one', () => {
    const model = parseFaucet(operator);
    const state = stateWith(port('eth1', {}));
    const around = { state, model, routes: [], networks: [] };
    const refusal = (name: string, found: Link | undefined, ofPort?: number) =>
      refusalOf(sampleNetwork().spec, { ...eth1, name, ofPort }, found, around);
    expect(refusal('eth9', undefined)).toContain('that this host has');
    expect(refusal('theirs', link)).toContain('not a bridge itself');
    expect(refusal('eth1', link)).toContain(`it is on ${sampleNetwork().spec.bridge}`);
    expect(refusal('eth2', { ...link, master: 'br0' })).toContain('it is on br0');
    expect(refusal('eth2', link, 65279)).toBeUndefined();
    const vlanOutAcl = { everywhere: ['web'], byNetwork: new Map() };
    const high = { ...eth1, name: 'eth2', ofPort: 4093 };
    expect(refusalOf(sampleNetwork({ vlanOutAcl }).spec, high, link, around)).toContain(
      'from 1 to 4092',
    );
  });
});
