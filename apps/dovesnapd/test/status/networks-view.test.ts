import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringifyExact } from '../../src/status/json.ts';
import { networksView } from '../../src/status/networks-view.ts';
import { END, mynet, NET, nameless, unknown, WEB } from './views.ts';

describe('networksView', () => {
  const view = networksView([mynet, nameless], '13A26F');

  it('has the fields of the Go driver, by network id', () => {
    expect(view[NET]).toMatchObject({
      NetworkName: 'mynet',
      BridgeName: 'odsbraaaaaaaaaa',
      BridgeDpid: '0xffffffffffffffff',
      BridgeDpidUint: 18446744073709551615n,
      BridgeVLAN: 100,
      MTU: 1500,
      PreAllocatePorts: 5,
      Mode: 'nat',
      AddPorts: 'eth1/20//30',
      AddCoproPorts: '',
      Gateway: '10.9.0.1',
      GatewayMask: '24',
      FlatBindInterface: '',
      UseDHCP: false,
      Userspace: true,
      NATAcl: 'guard',
      VLANOutAcl: 'mynet:out',
      DefaultAcl: 'base/mynet:web',
      OvsLocalMac: '0e:00:00:00:00:01',
      AclProblems: { guard: 'missing' },
      Controller: 'tcp:127.0.0.1:6653,tcp:127.0.0.1:6654',
      DynamicNetworkStates: {
        ShortEngineId: '13A26F',
        ExternalPorts: {
          vnet0: { Name: 'vnet0', OFPort: 20, MacAddress: '52:54:00:00:00:01', Marked: true },
        },
        OtherBridgePorts: {},
      },
    });
  });

  it('lists containers by id, and endpoints without one under their own id only', () => {
    expect(view[NET]?.DynamicNetworkStates).toHaveProperty('Containers', {
      [WEB]: {
        Name: '/web',
        Id: WEB,
        OFPort: 7,
        MacAddress: '0e:00:00:00:00:02',
        HostIP: '10.9.0.2',
        Labels: { 'dovesnap.faucet.portacl': 'a,b', note: '"q"' },
        IfName: 'eth0',
        EndpointId: END,
        State: 'open',
        Reason: '',
        Acl: 'a,b',
        Marked: false,
      },
    });
    expect(view[NET]?.Endpoints).toMatchObject({
      [END]: { ContainerId: WEB, State: 'open' },
      [unknown.id]: { ContainerId: '', State: 'pending', Reason: 'Docker does not answer' },
    });
  });

  it('has no holes where little is known', () => {
    expect(view[nameless.spec.id]).toMatchObject({
      NetworkName: '',
      BridgeDpid: '0xabc',
      BridgeDpidUint: 0xabcn,
      PreAllocatePorts: 0,
      Mode: 'flat',
      Gateway: '',
      GatewayMask: '',
      DefaultAcl: '',
      DynamicNetworkStates: { Containers: {}, ExternalPorts: {}, OtherBridgePorts: {} },
    });
  });

  it('writes the datapath id as a bare number with all its digits', () => {
    const text = stringifyExact(view);
    expect(text).toContain('"BridgeDpidUint":18446744073709551615,');
    expect(Object.keys(JSON.parse(text) as object)).toEqual([NET, nameless.spec.id]);
  });
});

describe('stringifyExact', () => {
  it('writes what JSON.stringify writes, wherever there is no bigint', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(stringifyExact(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('leaves out fields that are undefined and writes null for holes in lists', () => {
    expect(stringifyExact({ a: undefined, b: [undefined, 1n], c: 2n ** 64n })).toBe(
      '{"b":[null,1],"c":18446744073709551616}',
    );
  });
});
