import fc from 'fast-check';
import type { Topology, TopologyPort } from '../src/index.ts';

/** `count` containers as a daemon describes them. */
export function containers(count: number): readonly TopologyPort[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `web-${index + 1}`,
    mac: `02:42:0a:09:${hex(index >> 8)}:${hex(index & 255)}`,
    ip: `10.9.${index >> 8}.${index & 255}`,
    ofPort: index + 1,
    vlan: 100,
    acl: 'web',
  }));
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}

/** One network with every kind of thing on it, and a link to a bridge of another host. */
export const everything: Topology = {
  title: 'host a',
  bridges: [
    {
      name: 'odsbr0123456789',
      network: 'mynet',
      mode: 'nat',
      dpid: '0xE0F00000AFFE0001',
      vlan: 100,
      outAcl: 'leaving',
      mtu: 1400,
      userspace: true,
      icc: false,
      mac: '0e:00:00:00:00:02',
      controllers: ['tcp:127.0.0.1:6653', 'tcp:127.0.0.1:6654'],
      readyPorts: 12,
      gateway: { address: '10.9.0.1/24', mode: 'nat', mac: '0e:00:00:00:00:01', acl: 'way-out' },
      ports: [
        ...containers(2),
        { name: 'late', ofPort: 3, state: 'pending' },
        { name: 'eth1', kind: 'physical', ofPort: 30, acl: 'uplink' },
        { name: 'vnet0', kind: 'external', ofPort: 31, mirrored: true },
        { name: 'copro0', kind: 'coprocessor', ofPort: 32 },
      ],
    },
    { name: 'lab0', mode: 'routed', gateway: { address: 'fd00::1/64', mode: 'routed' }, ports: [] },
  ],
  links: [
    { from: { bridge: 'odsbr0123456789', ofPort: 40 }, to: { bridge: 'lab0', ofPort: 1 } },
    { from: { bridge: 'lab0', ofPort: 2 }, to: { bridge: 'far0' }, kind: 'stack' },
    { from: { bridge: 'odsbr0123456789' }, to: { bridge: 'far0' }, kind: 'mirror' },
  ],
};

/** Any UTF-16, also broken: `unit: 'binary'` of fast-check takes a second to set up. */
export const codeUnits: fc.Arbitrary<string> = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 })
  .map((units) => String.fromCharCode(...units));
