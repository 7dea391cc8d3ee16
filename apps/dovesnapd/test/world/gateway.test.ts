import {
  type Edit,
  editText,
  type FaucetModel,
  removeAcl,
  setAcl,
  setInterface,
} from '@dovesnap/faucet-config';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localOfPort } from '../../src/domain/names.ts';
import { bridgeOf, gatewayState } from './check-gateway.ts';
import { findUnsettled } from './check-rest.ts';
import { type Lags, noLags } from './lags.ts';
import { openWorld, type World } from './open-world.ts';
import { faucetYaml } from './world-faucet.ts';

/** What the operator allows the gateway to send. */
const noPing: Parameters<typeof setAcl>[1] = [
  { rule: { eth_type: 0x800, ip_proto: 1, icmpv4_type: 8, actions: { allow: 0 } } },
  { rule: { actions: { allow: 1 } } },
];

/** The switch does not take the first rule, which says nothing of Ethernet's type. */
const lacking: Parameters<typeof setAcl>[1] = [
  { rule: { ip_proto: 1, icmpv4_type: 8, actions: { allow: 0 } } },
  ...noPing.slice(1),
];

/** Faucet takes the first rule, and Open vSwitch, without backbone bridging, does not. */
const unknown: Parameters<typeof setAcl>[1] = [
  { rule: { eth_type: 0x88e7, pbb_isid: 5, actions: { allow: 0 } } },
  ...noPing,
];

/** Somebody gives the gateway's interface an ACL that allows everything. */
const weaken = setInterface('lab', localOfPort, { aclsIn: ['dovesnap-allow-all'] });
const putBack = setAcl('nat', noPing);

let world: World;
/** Moments at which the gateway let through what its policy does not. */
let opened: number;

beforeEach(async () => {
  await openLab(noLags);
});

afterEach(async () => {
  await world.close();
});

/** Opens a world with a network whose gateway is under an ACL, and watches it from then on. */
async function openLab(lags: Lags): Promise<void> {
  world = await openWorld({ lags });
  world.faucet.edit([putBack]);
  const options = { 'ovs.bridge.mode': 'nat', 'ovs.bridge.nat_acl': 'nat' };
  await world.settled(world.docker.createNetwork('lab', options));
  await world.settled(world.docker.run('box', 'lab'));
  expect(gateway()).toEqual({ state: 'proven', why: [], problems: [] });
  opened = 0;
  const look = (): void => {
    if (gatewayState(world, world.engine.networkNamed('lab')) === 'open') opened += 1;
  };
  world.time.onMove(look);
  // What comes in one instant too: time does not move in between.
  world.ovs.flows.onChange(look);
}

/** How the gateway is, why the network says that it is closed, and what it says of ACLs. */
function gateway() {
  const [view] = world.daemon().source.networks();
  const notes = view?.notes ?? [];
  return {
    state: gatewayState(world, world.engine.networkNamed('lab')),
    why: notes.filter((note) => note.startsWith('the gateway is closed: ')),
    problems: view?.aclTroubles.map(({ acl, problem }) => `${acl} is ${problem}`),
  };
}

async function edit(...edits: readonly Edit[]): Promise<void> {
  world.faucet.edit(edits);
  await world.settled(world.time.advance(1000));
}

function logged(test: RegExp): number {
  const found = world.log.findIndex(({ message, fields }) => {
    const { port = '' } = fields as { readonly port?: string };
    return test.test(`${message} ${port}`);
  });
  if (found < 0) throw new Error(`nothing in the log is like ${test}`);
  return found;
}

/** The gateway is open under its policy, nothing is said of it any more, and nothing else is wrong. */
function expectInOrder(): void {
  expect(gateway()).toEqual({ state: 'proven', why: [], problems: [] });
  expect(findUnsettled(world)).toEqual([]);
}

/** The gateway is closed for a reason that holds this. */
function expectClosed(why: RegExp): void {
  expect(gateway()).toMatchObject({ state: 'closed', why: [expect.stringMatching(why)] });
}

test('an ACL that is removed is said to be missing, and holds as it was', async () => {
  const asItWas = { state: 'proven', why: [], problems: ['nat is missing'] };
  await edit(removeAcl('nat'));
  expect(gateway()).toEqual(asItWas);
  logged(/^ACL "nat" is not in faucet\.yaml: /);
  world.faucet.stop();
  world.faucet.start();
  await world.settled(world.time.settle());
  expect(gateway()).toEqual(asItWas);
  await edit(putBack);
  logged(/^ACL "nat" is valid again/);
  expectInOrder();
  expect(opened).toBe(0);
});

test('an ACL of which the switch does not take a rule closes the gateway until it does', async () => {
  await edit(setAcl('nat', lacking));
  const why = /^the gateway is closed: the switch does not take a rule of ACL "nat" .*eth_type/;
  expectClosed(why);
  expect(gateway().problems).toEqual(['nat is dropped']);
  world.ovs.vswitchd.stop();
  world.ovs.vswitchd.start();
  await world.settled(world.time.advance(5000));
  expectClosed(why);
  await world.settled(world.stopDaemon());
  world.startDaemon();
  await world.settled(world.time.settle());
  expectClosed(why);
  await edit(putBack);
  expectInOrder();
});

test('an ACL that is changed holds as it is now', async () => {
  await edit(setAcl('nat', [{ rule: { actions: { allow: 1 } } }]));
  expectInOrder();
  expect(flowsOfGateway()).toEqual(['in_port=LOCAL']);
  await edit(putBack);
  expectInOrder();
  expect(flowsOfGateway()).toHaveLength(2);
  expect(opened).toBe(0);
});

test('an ACL of which the switch lacks a rule closes the gateway until it has it', async () => {
  await edit(setAcl('nat', unknown));
  expectClosed(/the switch lacks a rule of ACL "nat" on the gateway's port/);
  expect(gateway().problems).toEqual(['nat is dropped']);
  await edit(putBack);
  logged(/^ACL "nat" is valid again/);
  expectInOrder();
});

test('an ACL that is removed with its uses closes the gateway until it is back', async () => {
  await edit(removeAcl('nat'), weaken);
  expectClosed(/its interface in faucet\.yaml has acls_in/);
  expect(gateway().problems).toEqual(['nat is missing']);
  await edit(putBack);
  logged(/^ACL "nat" is valid again/);
  expectInOrder();
});

test('an ACL that the operator weakens closes the gateway until it is put right', async () => {
  await edit(weaken);
  const order = [
    logged(/^somebody changed faucet\.yaml: the gateway's interface has acls_in/),
    logged(/^the port is blocked odsbr/),
    logged(/^the port is open again odsbr/),
  ];
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expectInOrder();
  expect(opened).toBe(0);
});

test.each<[string, Edit]>([
  ['under another ACL', weaken],
  ['on another VLAN', setInterface('lab', localOfPort, { nativeVlan: 200 })],
])('a gateway put %s opens with new flows, however late', async (_how, edit) => {
  await world.close();
  await openLab({ ...noLags, faucet: 800 });
  world.faucet.edit([edit]);
  await world.time.advance(700);
  expectClosed(/its policy is not in the switch yet/);
  await world.settled(world.time.advance(1000));
  expectInOrder();
  expect(opened).toBe(0);
});

test('a gateway opens again whose weakened interface Faucet has never loaded', async () => {
  const { files, model } = world.faucet;
  files.put(faucetYaml, editText(files.texts.get(faucetYaml) ?? '', [weaken]));
  expect(gatewayAclsIn(model())).toEqual(['dovesnap-allow-all']);
  await world.settled(world.time.advance(1000));
  logged(/^the port is open again odsbr/);
  expect(gatewayAclsIn(model())).toEqual(['nat']);
  expectInOrder();
  expect(opened).toBe(0);
});

test('a gateway that is weakened while Faucet is away is put right at once', async () => {
  world.faucet.stop();
  world.faucet.edit([weaken]);
  await world.time.advance(1000);
  expect(gatewayAclsIn(world.faucet.model())).toEqual(['nat']);
  world.faucet.start();
  await world.settled(world.time.settle());
  expectInOrder();
  expect(opened).toBe(0);
});

function gatewayAclsIn({ dps }: FaucetModel): readonly string[] | undefined {
  return dps.get('lab')?.interfaces.find(({ number }) => number === localOfPort)?.aclsIn;
}

/** What the flows of the gateway's ACL match. */
function flowsOfGateway(): string[] {
  const bridge = bridgeOf(world.engine.networkNamed('lab'));
  const flows = world.ovs.flows.flows(bridge).filter(({ table }) => table === 0);
  return flows.map(({ match }) => match).filter((match) => match.includes('in_port=LOCAL'));
}
