import { expectedAclFlows, setAcl } from '@dovesnap/faucet-config';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isFlowOf } from '../../../src/plan/flows/flows-match.ts';
import { openWorld, type World } from '../../world/open-world.ts';
import { flat, linksOf } from '../../world/world-bed.ts';

const apart = { ...flat, 'com.docker.network.bridge.enable_icc': 'false' };
const noMail = { 'dovesnap.faucet.portacl': 'no-mail' };
const blackHole = { set_fields: [{ eth_dst: '01:80:c2:00:00:0f' }] };

let world: World;

beforeEach(async () => {
  world = await openWorld();
  await world.settled(world.docker.createNetwork('lab', apart));
  await world.settled(world.docker.run('web', 'lab', noMail));
});

afterEach(() => world.close());

/** What the daemon shows of the container. */
function web() {
  const endpoints = world.daemon().source.networks()[0]?.endpoints ?? [];
  return endpoints.find(({ container }) => container?.name === 'web') ?? expect.fail();
}

/** The ACLs in faucet.yaml on the container's port, and whether the switch has exactly their rules. */
function inForce() {
  const { model, inForce: loaded } = world.faucet;
  const found = model().dps.get('lab')?.interfaces ?? [];
  const acls = found.find(({ number }) => number === web().ofPort)?.aclsIn ?? [];
  const { bridge, ofPort } = world.ovs.portOf(linksOf(world, 'web').host.name) ?? expect.fail();
  const flows = world.ovs.flows.flowsOf(bridge, ofPort).filter(({ table }) => table === 0);
  const expected = expectedAclFlows(loaded() ?? expect.fail(), acls);
  const isExact =
    flows.length === expected.length &&
    expected.every((rule) => flows.some((flow) => isFlowOf(rule, flow)));
  return { acls, isExact };
}

function rulesOf(acl: string) {
  return world.faucet
    .model()
    .acls.get(acl)
    ?.rules.map(({ raw }) => raw);
}

/** Whether the container's link is up, each time that it changes. */
function watchLink(): boolean[] {
  const { host } = linksOf(world, 'web');
  const seen: boolean[] = [];
  world.host.onChange((one) => {
    if (one === host) seen.push(one.up);
  });
  return seen;
}

test('a container’s port opens under ACLs that are made from its own, and shows its own', () => {
  const { acls, isExact } = inForce();
  expect(web()).toMatchObject({ phase: 'open', acls: ['no-mail'] });
  expect(acls).toEqual([
    expect.stringMatching(/^dovesnap-isolated-[0-9a-f]{12}$/),
    expect.stringMatching(/^dovesnap-isolated-[0-9a-f]{12}-no-mail$/),
  ]);
  expect(isExact).toBe(true);
  expect(rulesOf(acls[1] ?? '')?.at(-1)).toEqual({ actions: { allow: 1, output: [blackHole] } });
});

test('they follow what the operator says, with the port open', async () => {
  const seen = watchLink();
  world.faucet.edit([setAcl('no-mail', [{ rule: { eth_type: 0x806, actions: { allow: 1 } } }])]);
  await world.settled(world.time.settle());
  const { acls, isExact } = inForce();
  expect(rulesOf(acls[1] ?? '')).toEqual([
    { eth_type: 0x806, actions: { allow: 1, output: [blackHole] } },
  ]);
  expect([isExact, web().phase, seen]).toEqual([true, 'open', []]);
});

test('a port under one that somebody changes is closed until it is put right', async () => {
  const { acls } = inForce();
  const before = rulesOf(acls[1] ?? '');
  const seen = watchLink();
  world.faucet.edit([setAcl(acls[1] ?? '', [{ rule: { actions: { allow: 1 } } }])]);
  await world.settled(world.time.settle());
  expect(seen[0]).toBe(false);
  expect(seen.at(-1)).toBe(true);
  expect(rulesOf(acls[1] ?? '')).toEqual(before);
  expect([inForce().isExact, web().phase]).toEqual([true, 'open']);
  const said = `ACL ${acls[1]} of interface ${web().ofPort} has other rules; it is put right`;
  expect(world.log.map(({ message }) => message)).toContain(
    `somebody changed faucet.yaml: ${said}`,
  );
});

test('they go with the container and the network', async () => {
  const before = await openWorld();
  const others = [...before.faucet.model().acls.keys()];
  await before.close();
  await world.settled(world.docker.remove('web'));
  await world.time.advance(60_000);
  expect([...world.faucet.model().acls.keys()]).not.toContainEqual(
    expect.stringMatching(/^dovesnap-isolated-.*-no-mail$/),
  );
  await world.settled(world.docker.removeNetwork('lab'));
  expect([...world.faucet.model().acls.keys()]).toEqual(others);
});

test('a daemon that starts again takes the port over without closing it', async () => {
  const seen = watchLink();
  await world.settled(world.stopDaemon());
  world.startDaemon();
  await world.settled(world.time.settle());
  expect([inForce().isExact, web().phase, seen]).toEqual([true, 'open', []]);
});
