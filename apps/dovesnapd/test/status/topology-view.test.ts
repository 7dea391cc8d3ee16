import { describe, expect, it } from 'vitest';
import { topologyView } from '../../src/status/topology-view.ts';
import { mynet, nameless } from './views.ts';

describe('topologyView', () => {
  it('draws containers, what is closed, foreign ports and the gateway', () => {
    expect(topologyView([mynet], 'host1')).toEqual({
      title: 'host1',
      bridges: [
        {
          name: 'odsbraaaaaaaaaa',
          network: 'mynet',
          mode: 'nat',
          dpid: '0xffffffffffffffff',
          vlan: 100,
          gateway: { address: '10.9.0.1/24', mode: 'nat' },
          ports: [
            {
              name: 'web',
              kind: 'container',
              mac: '0e:00:00:00:00:02',
              ip: '10.9.0.2',
              ofPort: 7,
              vlan: 100,
              acl: 'a,b',
              state: undefined,
            },
            {
              name: 'endpoint dddddddddddd',
              kind: 'container',
              mac: undefined,
              ip: undefined,
              ofPort: 8,
              vlan: 100,
              acl: undefined,
              state: 'pending',
            },
            { name: 'vnet0', kind: 'external', mac: '52:54:00:00:00:01', ofPort: 20 },
          ],
        },
      ],
    });
  });

  it('draws a flat network without gateway', () => {
    expect(topologyView([nameless], 'host1').bridges[0]).toMatchObject({
      network: undefined,
      mode: 'flat',
      gateway: undefined,
      ports: [],
    });
  });
});
