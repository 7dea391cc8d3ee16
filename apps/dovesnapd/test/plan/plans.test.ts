import { editText, parseFaucet, setInterface } from '@dovesnap/faucet-config';
import { describe, expect, test } from 'vitest';
import { gratuitousArp } from '../../src/domain/gratuitous-arp.ts';
import {
  deriveDpid,
  deriveMac,
  dpMark,
  parseDpMark,
  parseHostLink,
  vethNames,
} from '../../src/domain/names.ts';
import {
  changePortRecord,
  formatNetworkRecord,
  parseNetworkRecord,
  parsePortRecord,
} from '../../src/domain/record.ts';
import { networkRecord, portRecord } from '../../src/plan/bridge-spec.ts';
import {
  networkEdits,
  removalEdits,
  staleDpEdits,
  staleInterfaceEdits,
} from '../../src/plan/faucet-edits.ts';
import { carriesPolicy, copiesOutput } from '../../src/plan/flows-match.ts';
import { gatewayWasGiven } from '../../src/plan/gateway-given.ts';
import { joinReply } from '../../src/plan/join-reply.ts';
import { rebuiltRequest } from '../../src/plan/rebuilt-request.ts';
import { findSurplus, surplusInBoth } from '../../src/plan/surplus.ts';
import type { DockerNetwork } from '../../src/ports.ts';
import { addPort, networkId, sampleEndpoint, sampleNetwork } from './sample.ts';

const engine = 'RKVJ:HCRC';

function dockerNetwork(given: Partial<DockerNetwork> = {}): DockerNetwork {
  return {
    id: networkId,
    name: 'lab',
    driver: 'dovesnap',
    internal: false,
    enableIpv6: false,
    options: {},
    ipam: { driver: 'default', config: [] },
    endpoints: [],
    ...given,
  };
}

function withIpam(subnet: string, gateway?: string): DockerNetwork {
  return dockerNetwork({
    ipam: { driver: 'default', config: [{ subnet, gateway, auxiliary: {} }] },
  });
}

describe('records', () => {
  test('of a network come back as they were written', () => {
    const record = networkRecord(sampleNetwork({ gatewayGiven: true }), engine);
    expect(parseNetworkRecord(formatNetworkRecord(record))).toEqual(record);
  });

  test('of a port with an endpoint come back as they were written', () => {
    const network = sampleNetwork();
    const port = addPort(network, 7, { acls: ['a', 'b'], endpoint: sampleEndpoint() });
    const record = portRecord(network, port, engine);
    const change = changePortRecord(record) as Record<string, string>;
    expect(parsePortRecord(change)).toEqual(record);
  });

  test('of a port without an endpoint take the old one away', () => {
    const network = sampleNetwork();
    const change = changePortRecord(portRecord(network, addPort(network, 7), engine));
    expect(change['dovesnap.endpoint']).toBeNull();
  });

  test('are not read from rows without our mark', () => {
    expect(parseNetworkRecord({ owner: 'lab' })).toBeUndefined();
    expect(parsePortRecord({ 'iface-id': 'x' })).toBeUndefined();
  });
});

describe('names', () => {
  test('of a veth are read back', () => {
    const { hostLink } = vethNames(networkId, 12, 'b');
    expect(parseHostLink(hostLink)).toEqual({
      networkIdStart: 'a1b2c3d',
      ofPort: 12,
      generation: 'b',
    });
    expect(parseHostLink('veth0123')).toBeUndefined();
  });

  test('of a datapath mark are read back', () => {
    expect(parseDpMark(dpMark(engine, networkId))).toEqual({ network: 'a1b2c3d4a1b2', engine });
    expect(parseDpMark('an office switch')).toBeUndefined();
  });

  test('derived datapath ids differ by host and by network and are never 0', () => {
    const ids = [deriveDpid('x', 'n'), deriveDpid('y', 'n'), deriveDpid('x', 'm')];
    expect(new Set(ids).size).toBe(3);
    expect(ids).not.toContain(0n);
  });

  test('a derived MAC is the same for the same address, local and unicast', () => {
    const mac = deriveMac(networkId, { address: '10.9.0.2' });
    expect(mac).toBe(deriveMac(networkId, { address: '10.9.0.2' }));
    expect(mac).toMatch(/^02:..:0a:09:00:02$/);
    expect(deriveMac(networkId, { name: 'web' })).not.toBe(deriveMac(networkId, { name: 'db' }));
  });
});

describe('the answer to Join', () => {
  test('names the gateway of a nat network without its prefix length', () => {
    const network = sampleNetwork();
    expect(joinReply(network, { peerLink: 'odc1' })).toEqual({
      InterfaceName: { SrcName: 'odc1', DstPrefix: 'eth' },
      Gateway: '10.9.0.1',
    });
  });

  test('keeps docker_gwbridge away from a flat network', () => {
    const reply = joinReply(sampleNetwork({ gatewayGiven: false }, { mode: 'flat' }), {
      peerLink: 'odc1',
    });
    expect(reply).toMatchObject({ DisableGatewayService: true });
    expect(reply.Gateway).toBeUndefined();
  });

  test('names the gateway that the user gave to a flat network', () => {
    const reply = joinReply(sampleNetwork({ gatewayGiven: true }, { mode: 'flat' }), {
      peerLink: 'odc1',
    });
    expect(reply.Gateway).toBe('10.9.0.1');
  });
});

describe('a gateway counts as given', () => {
  test.each([
    ['beside a subnet that only a person chooses', withIpam('10.9.0.0/24', '10.9.0.1'), true],
    ['when it is not the first address', withIpam('172.18.0.0/16', '172.18.0.254'), true],
    ['not when Docker chose both', withIpam('172.18.0.0/16', '172.18.0.1'), false],
    [
      'not when Docker chose a piece of 192.168',
      withIpam('192.168.16.0/20', '192.168.16.1'),
      false,
    ],
    ['not when an inspection shows none', withIpam('10.9.0.0/24'), false],
  ])('%s', (_what, network, given) => {
    expect(gatewayWasGiven(network, [])).toBe(given);
  });

  test('and not when it comes from the pools that the engine was given', () => {
    const pools = [{ base: '10.0.0.0/8', size: 24 }];
    expect(gatewayWasGiven(withIpam('10.9.0.0/24', '10.9.0.1'), pools)).toBe(false);
    expect(gatewayWasGiven(withIpam('172.18.0.0/16', '172.18.0.1'), pools)).toBe(true);
  });
});

describe('a request rebuilt from an inspection', () => {
  test('has the gateway that Docker chose for a given subnet', () => {
    const request = rebuiltRequest(withIpam('10.9.0.0/24'));
    expect(request.IPv4Data).toEqual([{ Pool: '10.9.0.0/24', Gateway: '10.9.0.1/24' }]);
  });

  test('has the options as they were given', () => {
    const request = rebuiltRequest(
      dockerNetwork({ options: { 'ovs.bridge.mode': 'nat' }, internal: true }),
    );
    expect(request.Options).toMatchObject({
      'com.docker.network.generic': { 'ovs.bridge.mode': 'nat' },
      'com.docker.network.internal': true,
    });
  });
});

describe('the edits of a network', () => {
  const operator =
    'acls:\n  web: [{rule: {actions: {allow: 1}}}] # mine\ndps:\n  office:\n    dp_id: 7\n    interfaces:\n      1: {native_vlan: 10}\n';

  test('change nothing when they are there already', () => {
    const network = sampleNetwork();
    const ports = [addPort(network, 1), addPort(network, 2, { acls: ['web'] })];
    const edits = (text: string) => networkEdits(network, 'lab', ports, engine, parseFaucet(text));
    const once = editText(operator, edits(operator));
    expect(editText(once, edits(once))).toBe(once);
  });

  test('leave the file as it was when the network goes', () => {
    const network = sampleNetwork();
    const ports = [addPort(network, 1)];
    const text = editText(
      operator,
      networkEdits(network, 'lab', ports, engine, parseFaucet(operator)),
    );
    expect(editText(text, removalEdits(network, 'lab', engine, parseFaucet(text)))).toBe(operator);
  });

  test('leave a description that people read to the edit that writes it', () => {
    const network = sampleNetwork();
    const port = addPort(network, 1);
    const text = editText(
      operator,
      networkEdits(network, 'lab', [port], engine, parseFaucet(operator)),
    );
    port.endpoint = sampleEndpoint();
    expect(editText(text, networkEdits(network, 'lab', [port], engine, parseFaucet(text)))).toBe(
      text,
    );
  });

  test('remove datapaths of ours that nobody knows, and no others', () => {
    const network = sampleNetwork();
    const text = editText(
      operator,
      networkEdits(network, 'lab', [addPort(network, 1)], engine, parseFaucet(operator)),
    );
    expect(staleDpEdits(parseFaucet(text), engine, () => true)).toEqual([]);
    expect(staleDpEdits(parseFaucet(text), 'OTHER', () => false)).toEqual([]);
    expect(
      editText(
        text,
        staleDpEdits(parseFaucet(text), engine, () => false),
      ),
    ).toBe(operator);
  });

  test('remove interfaces of ours whose ports are gone, never the last and none of others', () => {
    const network = sampleNetwork({}, { mode: 'flat' });
    const [one, two] = [addPort(network, 1), addPort(network, 2)];
    const both = networkEdits(network, 'lab', [one, two], engine, parseFaucet(operator));
    const theirs = setInterface('lab', 7, { nativeVlan: 100, description: 'uplink' });
    const text = editText(operator, both);
    const shared = editText(text, [theirs]);
    network.ports.delete(2);
    const left = editText(shared, staleInterfaceEdits(network, parseFaucet(shared)));
    const numbers = parseFaucet(left)
      .dps.get('lab')
      ?.interfaces.map((item) => item.number);
    expect(numbers).toEqual([1, 7]);
    network.ports.clear();
    expect(staleInterfaceEdits(network, parseFaucet(text))).toEqual([]);
  });
});

describe('flows carry a policy', () => {
  const member = {
    table: 1,
    priority: 4096,
    cookie: 0n,
    match: 'in_port=7,vlan_tci=0x0000/0x1fff',
    actions: 'push_vlan:0x8100,set_field:4196->vlan_vid,goto_table:2',
  };
  const smtp = 'in_port=7,tcp,tp_dst=25';
  const rule = (priority: number, actions: string, match = 'in_port=7') => ({
    table: 0,
    priority,
    cookie: 0n,
    match,
    actions,
  });
  const expected = [
    { priority: 20480, verdict: 'deny', match: ['tcp', 'tp_dst=25'] },
    { priority: 20479, verdict: 'allow', match: undefined },
  ] as const;

  test('when each rule is there with its match and verdict', () => {
    const flows = [member, rule(20480, 'drop', smtp), rule(20479, 'goto_table:1')];
    expect(carriesPolicy(flows, expected, { vlan: 100 })).toBe(true);
  });

  test.each([
    ['a rule is missing', [member, rule(20479, 'goto_table:1')]],
    [
      'a verdict is another',
      [member, rule(20480, 'goto_table:1', smtp), rule(20479, 'goto_table:1')],
    ],
    [
      'a match is another',
      [member, rule(20480, 'drop', 'in_port=7,tcp,tp_dst=26'), rule(20479, 'goto_table:1')],
    ],
    [
      'the port is in another VLAN',
      [
        { ...member, actions: 'push_vlan:0x8100,set_field:4197->vlan_vid,goto_table:2' },
        rule(20480, 'drop', smtp),
        rule(20479, 'goto_table:1'),
      ],
    ],
    [
      'there is a rule too many',
      [member, rule(20480, 'drop', smtp), rule(20479, 'goto_table:1'), rule(20478, 'drop')],
    ],
    ['the port is not in its VLAN', [rule(20480, 'drop', smtp), rule(20479, 'goto_table:1')]],
  ])('not when %s', (_what, flows) => {
    expect(carriesPolicy(flows, expected, { vlan: 100 })).toBe(false);
  });

  test('and copy what the port sends exactly when that is wanted', () => {
    const rules = [rule(20480, 'drop', smtp), rule(20479, 'goto_table:1')];
    const copied = { ...member, actions: `output:99,${member.actions}` };
    const carries = (flow: typeof member, wanted: boolean) =>
      carriesPolicy([flow, ...rules], expected, { vlan: 100, mirror: { to: 99, wanted } });
    expect([carries(copied, true), carries(member, false)]).toEqual([true, true]);
    expect([carries(copied, false), carries(member, true)]).toEqual([false, false]);
    const elsewhere = { ...member, actions: `output:9,${member.actions}` };
    expect(carries(elsewhere, true)).toBe(false);
  });

  test('and copy what is sent to the port when each flow that does so copies it', () => {
    const copies = (flows: Parameters<typeof copiesOutput>[0]) =>
      copiesOutput(flows, { ofPort: 7, vlan: 100, mirror: 99 });
    const flood = { ...member, table: 4, match: 'dl_vlan=100' };
    const both = { ...flood, actions: 'pop_vlan,output:7,output:8,output:99' };
    const known = { ...flood, table: 3, actions: 'pop_vlan,output:99,output:7' };
    const uncopied = { ...flood, actions: 'pop_vlan,output:7' };
    expect(copies([both, known])).toBe(true);
    expect(copies([both, known, uncopied])).toBe(false);
    const fromMirrored = { ...uncopied, match: 'in_port=3,dl_vlan=100' };
    expect(copies([rule(20480, 'output:7'), fromMirrored, both])).toBe(true);
    const fromCoprocessor = { ...uncopied, table: 2, match: 'dl_vlan=1007' };
    expect(copies([fromCoprocessor, both])).toBe(true);
    expect(copies([member])).toBe(false);
  });
});

describe('what Docker no longer lists', () => {
  const nothing = { networks: [], endpoints: [], isUnsure: false };
  const free = () => false;

  test('is surplus when it was there before the list was asked for', () => {
    const network = sampleNetwork();
    const port = addPort(network, 1, { endpoint: sampleEndpoint() });
    expect(findSurplus([network], [], 5000, free)).toEqual({
      networks: [network],
      endpoints: [{ network, port, id: port.endpoint?.id }],
      isUnsure: false,
    });
  });

  test('is kept when it was made while the list was on its way', () => {
    const network = sampleNetwork({ createdAt: 5000 });
    addPort(network, 1, { endpoint: sampleEndpoint({ createdAt: 6000 }) });
    expect(findSurplus([network], [], 5000, free)).toEqual(nothing);
  });

  test('is kept while a container uses it', () => {
    const network = sampleNetwork();
    addPort(network, 1, { endpoint: sampleEndpoint() });
    const listed = [dockerNetwork()];
    const surplus = findSurplus([network], listed, 5000, () => true);
    expect(surplus).toEqual({ ...nothing, isUnsure: true });
  });

  test('cannot be told by a list that lacks a network in use', () => {
    const used = sampleNetwork();
    const port = addPort(used, 1, { endpoint: sampleEndpoint() });
    const unused = sampleNetwork({}, { id: 'b'.repeat(64) });
    const isInUse = (one: unknown): boolean => one === port;
    expect(findSurplus([used, unused], [], 5000, isInUse)).toBeUndefined();
    const listed = [dockerNetwork()];
    expect(findSurplus([used, unused], listed, 5000, isInUse)?.networks).toEqual([unused]);
  });

  test('is only the endpoint when the network is listed', () => {
    const network = sampleNetwork();
    const port = addPort(network, 1, { endpoint: sampleEndpoint() });
    const surplus = findSurplus([network], [dockerNetwork()], 5000, free);
    const left = { network, port, id: port.endpoint?.id };
    expect(surplus).toEqual({ ...nothing, endpoints: [left] });
  });

  test('is only what two lists lack: a port may have another endpoint by then', () => {
    const network = sampleNetwork();
    const port = addPort(network, 1, { endpoint: sampleEndpoint() });
    const earlier = findSurplus([network], [dockerNetwork()], 5000, free);
    port.endpoint = sampleEndpoint({ id: 'f'.repeat(64) });
    const later = findSurplus([network], [dockerNetwork()], 9000, free);
    if (earlier === undefined || later === undefined) throw new Error('the lists are complete');
    expect(surplusInBoth(earlier, earlier).endpoints).toEqual(earlier.endpoints);
    expect(surplusInBoth(earlier, later)).toEqual({ networks: [], endpoints: [] });
  });
});

describe('an ARP announcement', () => {
  test('asks everyone for its own address', () => {
    const frame = Buffer.from(
      gratuitousArp({ mac: '02:00:0a:09:00:02', ipv4: '10.9.0.2/24' }) ?? [],
    );
    expect(frame).toHaveLength(60);
    expect(frame.subarray(0, 42).toString('hex')).toBe(
      'ffffffffffff02000a0900020806' +
        '0001080006040001' +
        '02000a0900020a090002' +
        '0000000000000a090002',
    );
  });

  test('is not made without an address', () => {
    expect(gratuitousArp({ mac: '02:00:0a:09:00:02', ipv4: undefined })).toBeUndefined();
  });
});
