import { describe, expect, it } from 'vitest';
import type { RequestedSpec } from '../../src/domain/network.ts';
import { type ParsedNetwork, parseNetworkRequest } from '../../src/domain/network-options.ts';
import { KNOWN_OPTIONS } from '../../src/domain/options-table.ts';
import { noTreatments } from '../../src/domain/treatments.ts';
import { parseFlags } from '../../src/flags.ts';
import { FLAGS } from '../../src/flags-table.ts';
import { pairsOf, policyOfRun, valuesOf, wordsOf } from '../docker-words.ts';
import {
  composeFlags,
  goBooleans,
  goFlags,
  goOptions,
  laterOptions,
  networkCommands,
  networkOptions,
  runCommands,
} from '../go-driver-commands.ts';

/** What a `docker network create` makes the driver read. */
function network(command: string): ParsedNetwork {
  const words = wordsOf(command);
  const noAddresses = valuesOf(words, '--ipam-driver').includes('null');
  return parseNetworkRequest({
    NetworkID: 'e'.repeat(64),
    Options: {
      'com.docker.network.generic': pairsOf(valuesOf(words, '-o', '--opt')),
      'com.docker.network.internal': words.includes('--internal'),
    },
    IPv4Data: noAddresses
      ? [{ Pool: '0.0.0.0/0' }]
      : [{ Pool: '172.18.0.0/16', Gateway: '172.18.0.1/16' }],
    IPv6Data: [],
  });
}

const everywhere = (acl: string) => ({ everywhere: [acl], byNetwork: new Map() });
const port = (name: string, ofPort?: number, acl?: string, vlan?: number) =>
  expect.objectContaining({ name, ofPort, acl, vlan, role: 'untagged' });
const common = {
  internal: true,
  dpid: { value: 1n, text: '0x1' },
  controllers: ['tcp:127.0.0.1:6653', 'tcp:127.0.0.1:6654'],
};
const standalone = {
  ...common,
  localMac: '0e:01:00:00:00:23',
  vlanOutAcl: everywhere('allowall'),
  defaultAcl: everywhere('denyall'),
  addedPorts: [port('odsaddport1', 888, 'denyall')],
  preallocatePorts: 10,
};

describe('docker network create, as the Go driver’s users type it', () => {
  const read: readonly [Exclude<keyof typeof networkCommands, 'dhcp'>, object][] = [
    ['quickStart', { ...common, mode: 'nat' }],
    ['standalone', { ...standalone, mode: 'nat' }],
    ['second', { mode: 'nat', dpid: { value: 2n, text: '0x2' }, localMac: '0e:02:00:00:00:23' }],
    ['routed', { ...standalone, mode: 'routed' }],
    ['mirror', { ...common, mode: 'nat', preallocatePorts: 10 }],
    [
      'coprocessor',
      {
        ...common,
        addedPorts: [
          port('odsaddport1', 888),
          expect.objectContaining({ name: 'odsaddcoprop1', ofPort: 777, role: 'coprocessor' }),
        ],
      },
    ],
    [
      'vlans',
      {
        ...common,
        vlan: 100,
        addedPorts: [
          port('odstest1', 1, undefined, 20),
          port('odstest2', 2, undefined, 30),
          port('odstest3', 3, undefined, 40),
        ],
      },
    ],
  ];

  it.each(read)('%s', (name, spec) => {
    expect(network(networkCommands[name])).toMatchObject({ spec, warnings: [] });
  });

  it('dhcp is refused by name until a later version knows it', () => {
    expect(() => network(networkCommands.dhcp)).toThrow(
      'option ovs.bridge.dhcp="true" is not supported yet',
    );
  });

  it('every command is tried', () => {
    const tried = read.map(([name]) => name);
    expect([...tried, 'dhcp'].sort()).toEqual(Object.keys(networkCommands).sort());
  });
});

describe('options of the Go driver', () => {
  const one = (words: string): ParsedNetwork =>
    network(`docker network create mynet -d dovesnap --internal -o ovs.bridge.mode=nat ${words}`);
  const values: Readonly<Record<string, Partial<Record<keyof RequestedSpec, unknown>>>> = {
    'mode=flat': { mode: 'flat' },
    'mode=nat': { mode: 'nat' },
    'mode=routed': { mode: 'routed' },
    'nat_acl=allowall': { natAcl: everywhere('allowall') },
    'default_acl=denyall': { defaultAcl: everywhere('denyall') },
    'preallocate_ports=10': { preallocatePorts: 10 },
    'userspace=true': { userspace: true },
    'ovs_local_mac=0e:01:00:00:00:03': { localMac: '0e:01:00:00:00:03' },
    'add_ports=eno123/8': { addedPorts: [port('eno123', 8)] },
    'add_ports=eno123/8//20': { addedPorts: [port('eno123', 8, undefined, 20)] },
    'add_ports=eth0': { addedPorts: [port('eth0')] },
    'add_ports=eth0/8': { addedPorts: [port('eth0', 8)] },
    'add_ports=eth0/8/myacl': { addedPorts: [port('eth0', 8, 'myacl')] },
    'add_ports=eth0/8//20': { addedPorts: [port('eth0', 8, undefined, 20)] },
    'add_ports=eth0/8/myacl/20': { addedPorts: [port('eth0', 8, 'myacl', 20)] },
    'add_ports=eth0///20': { addedPorts: [port('eth0', undefined, undefined, 20)] },
    'add_ports=eth0/8//20,eth1/9//30,eth2/10/myacl/40': {
      addedPorts: [
        port('eth0', 8, undefined, 20),
        port('eth1', 9, undefined, 30),
        port('eth2', 10, 'myacl', 40),
      ],
    },
    'add_copro_ports=eno123/8': {
      addedPorts: [expect.objectContaining({ name: 'eno123', ofPort: 8, role: 'coprocessor' })],
    },
    'vlan=100': { vlan: 100 },
    'vlan_out_acl=allowall': { vlanOutAcl: everywhere('allowall') },
  };

  it.each(networkOptions)('%s', (words) => {
    const key = words.replace('-o ovs.bridge.', '');
    expect(values).toHaveProperty([key]);
    expect(one(words)).toMatchObject({ spec: values[key], warnings: [] });
    expect(one(words.replace('-o ', '--opt ')).spec).toEqual(one(words).spec);
    expect(one(words.replace('-o ', '--opt=')).spec).toEqual(one(words).spec);
  });

  it.each(laterOptions)('%s is refused by name until a later version knows it', (words) => {
    expect(() => network(`docker network create mynet -d dovesnap --internal ${words}`)).toThrow(
      /^option ovs\.bridge\.\w+="\w+" is not supported yet$/,
    );
  });

  it('are all known, under the same names', () => {
    expect(KNOWN_OPTIONS).toEqual(expect.arrayContaining([...goOptions]));
  });

  it('are switched on and off by every word that Go takes for it', () => {
    for (const [value, words] of Object.entries(goBooleans)) {
      for (const word of words) {
        const { spec } = one(`-o ovs.bridge.userspace=${word}`);
        expect([word, spec.userspace]).toEqual([word, value === 'true']);
      }
    }
  });

  it('mean the same when a script leaves them empty and when it leaves them out', () => {
    const empty = goOptions.map((key) => `-o ${key}=`).join(' ');
    expect(network(`docker network create mynet -d dovesnap --internal ${empty}`)).toEqual(
      network('docker network create mynet -d dovesnap --internal'),
    );
  });
});

describe('docker run, as the Go driver’s users type it', () => {
  const nothing = { acls: undefined, treatments: noTreatments, macPrefix: undefined };

  it.each([
    ['quickStart', 'mynet', nothing],
    ['standalone', 'testnet', { ...nothing, acls: ['ratelimitit'], macPrefix: '0e:99' }],
    ['standalone', 'test2net', { ...nothing, macPrefix: '0e:99' }],
  ] as const)('%s on %s', (name, networkName, wanted) => {
    expect(policyOfRun(runCommands[name], networkName, [])).toEqual(wanted);
  });

  it.each([
    ['--label="dovesnap.faucet.portacl=web"', 'one', { acls: ['web'] }],
    ['--label="dovesnap.faucet.portacl=one:web/two:db"', 'two', { acls: ['db'] }],
    ...['0e', '0e:99', '0e:99:00', '0e:99:00:00', '0e:99:00:00:01', '0e99'].map(
      (macPrefix) =>
        [`--label=dovesnap.faucet.mac_prefix=${macPrefix}`, 'one', { macPrefix }] as const,
    ),
  ] as const)('%s on %s', (words, networkName, wanted) => {
    expect(policyOfRun(`docker run ${words} busybox`, networkName, [])).toEqual({
      ...nothing,
      ...wanted,
    });
    const separate = words.replace('--label=', '--label ');
    expect(policyOfRun(`docker run ${separate} busybox`, networkName, [])).toMatchObject(wanted);
  });
});

describe('flags of the Go daemon', () => {
  const config = (words: readonly string[]): unknown => {
    try {
      return parseFlags(words, {});
    } catch (error) {
      return (error as Error).message;
    }
  };
  const later = (name: string): boolean => FLAGS.find((flag) => flag.name === name)?.later === true;

  it.each(Object.entries(goFlags))('-%s %s in each of Go’s spellings', (name, value) => {
    const read = config([`--${name}=${value}`]);
    const taken = { kind: 'run' };
    if (later(name)) expect(read).toBe(`flag --${name} "${value}" is not supported yet`);
    else expect(read).toMatchObject(taken);
    expect(config([`-${name}=${value}`])).toEqual(read);
    if (value === 'true') {
      for (const words of [`-${name}`, `--${name}`]) expect(config([words])).toEqual(read);
      return;
    }
    expect(config([`-${name}`, value])).toEqual(read);
    expect(config([`--${name}`, value])).toEqual(read);
  });

  it('are taken as its docker-compose.yml gives them, most of them empty', () => {
    expect(config(composeFlags(''))).toEqual(config(['--debug']));
    expect(config(composeFlags('eno99'))).toMatchObject({
      config: { logLevel: 'debug', mirrorOut: 'eno99' },
    });
  });

  it('are switched on and off by every word that Go takes for it', () => {
    for (const [value, words] of Object.entries(goBooleans)) {
      const logLevel = value === 'true' ? 'debug' : 'info';
      for (const word of words) {
        expect(config([`-debug=${word}`])).toMatchObject({ config: { logLevel } });
      }
    }
  });
});
