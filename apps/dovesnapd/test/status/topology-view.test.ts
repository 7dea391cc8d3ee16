import { describe, expect, it } from 'vitest';
import type { BridgeLink } from '../../src/domain/network.ts';
import { topologyView } from '../../src/status/topology-view.ts';
import { marked } from '../sample-treatments.ts';
import { mynet, nameless, web } from './views.ts';

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
          outAcl: 'out',
          mtu: 1500,
          userspace: true,
          mac: '0e:00:00:00:00:01',
          controllers: ['tcp:127.0.0.1:6653', 'tcp:127.0.0.1:6654'],
          readyPorts: 5,
          gateway: {
            address: '10.9.0.1/24',
            mode: 'nat',
            mac: '0e:00:00:00:00:01',
            acl: 'guard',
          },
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
            {
              name: 'desktop',
              kind: 'external',
              mac: '52:54:00:00:00:01',
              ofPort: 20,
              vlan: 100,
              acl: 'dovesnap-allow-all',
              marked: true,
              state: undefined,
            },
          ],
        },
      ],
    });
  });

  it('draws a patch between two of the networks once', () => {
    const [near, far] = [mynet.spec.bridge, nameless.spec.bridge];
    const link = (
      name: string,
      bridge: string,
      ofPort: number,
      peerOfPort: number,
    ): BridgeLink => ({
      name,
      kind: 'patch',
      ofPort,
      peer: { port: `to-${name}`, bridge, ofPort: peerOfPort },
      closed: undefined,
    });
    const one = { ...mynet, bridgeLinks: [link('p', far, 9, 10), link('q', 'theirs', 11, 1)] };
    const two = { ...nameless, bridgeLinks: [link('r', near, 10, 9)] };
    expect(topologyView([one, two], 'host1').links).toEqual([
      { from: { bridge: near, ofPort: 9 }, to: { bridge: far, ofPort: 10 }, kind: 'patch' },
      { from: { bridge: near, ofPort: 11 }, to: { bridge: 'theirs', ofPort: 1 }, kind: 'patch' },
    ]);
  });

  it('shows that containers are kept apart, and the link to the mirror as what it is', () => {
    const peer = { port: 'p', bridge: 'odsmirror', ofPort: 2 };
    const view = {
      ...mynet,
      spec: { ...mynet.spec, isolated: true },
      bridgeLinks: [
        { name: 'odm1n', kind: 'mirror' as const, ofPort: 99, peer, closed: undefined },
      ],
    };
    expect(topologyView([view], 'h')).toMatchObject({
      bridges: [{ icc: false }],
      links: [
        {
          from: { bridge: mynet.spec.bridge, ofPort: 99 },
          to: { bridge: 'odsmirror', ofPort: 2 },
          kind: 'mirror',
        },
      ],
    });
  });

  it('marks the containers whose traffic is treated', () => {
    const [bridge] = topologyView(
      [{ ...mynet, endpoints: [{ ...web, treatments: marked }] }],
      'h',
    ).bridges;
    expect(bridge?.ports[0]).toMatchObject({ name: 'web', marked: true });
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
