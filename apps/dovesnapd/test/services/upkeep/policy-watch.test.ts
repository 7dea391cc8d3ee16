import { checkConfig, type FaucetStatus, parseFaucet } from '@dovesnap/faucet-config';
import type { FlowTracker } from '@dovesnap/ovs';
import { expect, test } from 'vitest';
import { parseAclChoice } from '../../../src/domain/acl-choice.ts';
import type { AttachedNetwork, Port } from '../../../src/domain/attached-network.ts';
import type { Lack } from '../../../src/plan/upkeep/acl-troubles.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import type { Attachments } from '../../../src/services/endpoints/attachments.ts';
import type { FaucetDesk } from '../../../src/services/faucet/faucet-desk.ts';
import { policyWatch } from '../../../src/services/upkeep/policy-watch.ts';
import { addPort, sampleEndpoint, sampleNetwork, sentencesOf } from '../../plan/sample.ts';
import { bareParts } from '../bare-parts.ts';

const fine = '{eth_type: 0x800, actions: {allow: 0}}';
const file = (rule: string) => `acls:
  a: [{rule: ${rule}}]
  b: [{rule: {actions: {allow: 1}}}]
dps:
  lab:
    dp_id: 1
    interfaces:
      1: {native_vlan: 100, acls_in: [a], opstatus_reconf: false}
      2: {native_vlan: 100, acls_in: [b], opstatus_reconf: false}
      4294967294: {description: gateway, native_vlan: 100, acls_in: [b], opstatus_reconf: false}
`;
const ok: Partial<FaucetStatus> = { file: 'ok', problems: [], reachable: true, loaded: true };

/** A network that was there before the daemon, with containers under \`a\` and under \`b\`, and a gateway under \`b\`. */
function bed({ createdAt } = { createdAt: 1 }) {
  const natAcl = parseAclChoice('b') ?? expect.fail();
  const network = sampleNetwork({ createdAt, natAcl }, { gatewayBefore: 'nothing' });
  const guarded = addPort(network, 1, { acls: ['a'], endpoint: sampleEndpoint({ id: 'one' }) });
  addPort(network, 2, { acls: ['b'], endpoint: sampleEndpoint({ id: 'two' }) });
  const world = { text: file(fine), status: ok, lacking: new Map<string, Lack>() };
  const blocked: string[][] = [];
  const suspended: string[] = [];
  let resumed = 0;
  const bare = bareParts(100);
  const desk = {
    get latest() {
      return parseFaucet(world.text);
    },
    get problems() {
      return checkConfig(world.text);
    },
    inForce: true,
  } as unknown as FaucetDesk;
  const attachments = {
    suspend: async (_network: AttachedNetwork, port: Port, reason: string) => {
      suspended.push(`${port.ofPort} ${reason}`);
      Object.assign(port, { phase: 'pending' });
    },
    resume: () => void resumed++,
  } as unknown as Attachments;
  const parts = {
    ...bare,
    ovs: { live: true },
    faucet: { status: () => world.status },
  } as unknown as Parts;
  const watch = policyWatch(parts, {
    desk,
    attachments,
    flows: { follow: () => ({ live: false }) as FlowTracker, onKnown: () => undefined } as never,
    rules: { look: () => undefined, lacking: () => world.lacking, onChange: () => undefined },
    blocks: { apply: async (_network, wanted) => void blocked.push([...wanted.keys()]) },
    registry: { all: () => [network] },
  });
  return {
    network,
    guarded,
    world,
    blocked,
    suspended,
    resumed: () => resumed,
    lines: () => bare.log.lines.map(({ level, message }) => `${level} ${message}`),
    look: async () => {
      watch.look(network);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('an ACL in trouble is said once, and once that it is valid again', async () => {
  const { network, world, lines, look } = bed();
  await look();
  expect(lines()).toEqual([]);
  world.text = file('{eth_type: big, actions: {allow: 0}}');
  await look();
  await look();
  expect(lines()).toHaveLength(1);
  expect(lines()[0]).toMatch(/^warn Faucet refuses ACL "a": .* line 2\); its last rules/);
  expect(network.observation.aclTroubles).toMatchObject([{ acl: 'a', problem: 'refused' }]);
  expect(sentencesOf(network)).toEqual([network.observation.aclTroubles[0]?.sentence]);
  world.text = file(fine);
  await look();
  expect(lines().slice(1)).toEqual(['info ACL "a" is valid again']);
  expect(network.notes.size).toBe(0);
});

test('what Faucet refuses closes nothing', async () => {
  const { world, blocked, suspended, look } = bed();
  world.text = file('{eth_type: big, actions: {allow: 0}}').replace('[b]', '[gone]');
  await look();
  expect(suspended).toEqual([]);
  expect(blocked).toEqual([[]]);
});

test('what the switch lacks closes the containers under it and no others', async () => {
  const { guarded, world, suspended, resumed, look } = bed();
  world.text = file('{tcp_dst: 80, actions: {allow: 0}}');
  await look();
  expect(suspended).toHaveLength(1);
  expect(suspended[0]).toMatch(/^1 the switch does not take a rule of ACL "a"/);
  expect(guarded.phase).toBe('pending');
  expect(resumed()).toBe(1);
  await look();
  expect(suspended).toHaveLength(1);
});

test('what was found lacking blocks the gateway too, and what is stale nothing', async () => {
  const { network, world, blocked, suspended, look } = bed();
  world.lacking.set('b', { isStale: true, where: 'port 2' });
  await look();
  expect(suspended).toEqual([]);
  world.lacking.set('b', { isStale: false, where: 'port 2' });
  await look();
  expect(blocked).toEqual([[], [network.spec.bridge]]);
  expect(suspended).toHaveLength(1);
});

test('a change that Faucet refuses for reasons of its own is told from what it has taken', async () => {
  const { network, world, look } = bed();
  await look();
  world.text = file('{eth_type: 0x86dd, actions: {allow: 0}}');
  world.status = { ...ok, loaded: false, loadError: 'cannot have it' };
  await look();
  expect(network.observation.aclTroubles).toMatchObject([{ acl: 'a', problem: 'refused' }]);
  expect(network.observation.aclTroubles[0]?.sentence).toContain('cannot have it');
});

test.each<[string, Partial<FaucetStatus>, string]>([
  ['cannot be read', { file: 'unreadable', reason: 'no leave' }, 'no leave'],
  ['is not there', { file: 'missing' }, 'it is not there'],
])('a file that %s is said', async (_what, status, why) => {
  const { network, world, lines, look } = bed();
  world.status = { ...ok, ...status };
  await look();
  expect(lines()).toHaveLength(1);
  expect(network.notes.get('faucet file')?.sentence).toContain(why);
  world.status = ok;
  await look();
  expect(network.notes.size).toBe(0);
});

test('a gateway that is being written for the first time is not taken for a weakened one', async () => {
  const { network, world, blocked, look } = bed();
  world.text = file(fine).replace(/ {6}4294967294.*\n/, '');
  await look();
  expect(blocked).toEqual([[network.spec.bridge]]);
  const young = bed({ createdAt: 200 });
  young.world.text = world.text;
  await young.look();
  young.world.text = file(fine);
  await young.look();
  young.world.text = world.text;
  await young.look();
  expect(young.blocked).toEqual([[], [], [network.spec.bridge]]);
});
