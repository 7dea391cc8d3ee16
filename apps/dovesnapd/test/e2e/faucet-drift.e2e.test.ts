import {
  type Edit,
  editText,
  type InterfaceSpec,
  parseFaucet,
  removeDp,
  removeInterface,
  setInterface,
} from '@dovesnap/faucet-config';
import { type Host, parseMetrics, sampleValue, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { complaintOf } from './complaint.ts';
import { denyAll } from './denied.ts';
import { statusEndpoints } from './fleet.ts';
import { addressOf, createNetwork, openLab, startContainer } from './lab.ts';
import { networkStatus, untilState } from './network-status.ts';
import { operatorConfig, rules } from './operator-config.ts';
import { reaches } from './reaches.ts';

/** Number of a bridge's own port in OpenFlow. */
const local = 4294967294;

const operator = operatorConfig({
  'allow-all': [rules.allow],
  'deny-all': [rules.deny],
  lacking: [rules.allow, '{tcp_dst: 80, actions: {allow: 0}}'],
});

let host: Host;
let peer: string;
let talker: number;
let silent: number;

beforeAll(async () => {
  host = await openLab('drift', { faucetConfig: operator });
  await createNetwork(host, 'lan', { 'ovs.bridge.mode': 'nat' });
  await startContainer(host, 'peer', 'lan');
  await startContainer(host, 'talker', 'lan');
  await startContainer(host, 'silent', 'lan', denyAll);
  peer = await addressOf(host, 'peer', 'lan');
  const shown = await statusEndpoints(host, 'lan');
  const portOf = (name: string) => shown.find((item) => item.container === name)?.ofPort ?? 0;
  talker = portOf('talker');
  silent = portOf('silent');
});

afterAll(async () => {
  await host?.close();
});

describe('an interface of ours that an operator changes in faucet.yaml', () => {
  let since: number;
  let counted: number;

  beforeEach(async () => {
    since = host.daemon.logs.entries.length;
    counted = await drifts();
  });

  test('is closed before anything else, and opened when its ACL is back', async () => {
    await change(setInterface('lan', silent, { aclsIn: ['allow-all'] }));
    await untilPutRight('silent', silent, { aclsIn: ['deny-all'] });
    expect(await reaches(host, 'silent', peer)).toBe(false);
  });

  test('is put right when it has lost its ACL', async () => {
    await change(setInterface('lan', silent, { aclsIn: null }));
    await untilPutRight('silent', silent, { aclsIn: ['deny-all'] });
    expect(await reaches(host, 'silent', peer)).toBe(false);
  });

  test('is put right when it was removed', async () => {
    await change(removeInterface('lan', talker));
    await untilPutRight('talker', talker, { aclsIn: ['dovesnap-allow-all'] });
    await untilAnswered('talker');
  });

  test('is put right when it was moved to another VLAN', async () => {
    await change(setInterface('lan', talker, { nativeVlan: 7 }));
    await untilPutRight('talker', talker, { nativeVlan: 100 });
    await untilAnswered('talker');
  });

  test('is put right when it was made to overhear another', async () => {
    await change(setInterface('lan', silent, { mirror: [talker] }));
    await untilPutRight('silent', silent, { mirror: null });
    expect(await reaches(host, 'silent', peer)).toBe(false);
  });

  test('is put right when its whole datapath was removed', async () => {
    await change(removeDp('lan'));
    await untilPutRight('talker', talker, { nativeVlan: 100 });
    await untilPutRight('silent', silent, { aclsIn: ['deny-all'] });
    await untilAnswered('talker');
    expect(await reaches(host, 'silent', peer)).toBe(false);
  });

  test('is put right when it is the gateway', async () => {
    await change(setInterface('lan', local, { aclsIn: ['deny-all'] }));
    await until(async () => (await interfaceOf(local))?.aclsIn[0] === 'dovesnap-allow-all', {
      what: 'the ACL of the gateway',
    });
    await host.daemon.waitForLog((line) => /gateway's interface has acls_in/.test(`${line.msg}`), {
      since,
    });
  });

  test('stays closed while Faucet is away, and opens when it is back', async () => {
    await host.faucet.stop();
    await change(setInterface('lan', talker, { aclsIn: ['allow-all'] }));
    await untilState(host, 'lan', 'talker', 'pending');
    expect(await reaches(host, 'talker', peer)).toBe(false);
    await host.faucet.start();
    await untilPutRight('talker', talker, { aclsIn: ['dovesnap-allow-all'] });
    await untilAnswered('talker');
  });

  /** Faucet may install the flows of other ports again, those of the peer too: pings are lost until it has. */
  async function untilAnswered(container: string): Promise<void> {
    await until(() => reaches(host, container, peer), { what: `a reply to ${container}` });
  }

  /** The port was closed, its interface repaired, the port opened, in this order; log, notes and metric say so. */
  async function untilPutRight(
    container: string,
    port: number,
    spec: InterfaceSpec,
  ): Promise<void> {
    const said = (text: string) =>
      host.daemon.waitForLog(
        (line) => line.container === container && `${line.msg}`.startsWith(text),
        { since },
      );
    const order = [
      await said('somebody changed faucet.yaml: interface'),
      await said('the port is closed'),
      await said('the port is open'),
    ].map((line) => host.daemon.logs.entries.indexOf(line));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    await untilState(host, 'lan', container, 'open');
    const found = await interfaceOf(port);
    if (spec.aclsIn) expect(found?.aclsIn).toEqual(spec.aclsIn);
    if (spec.nativeVlan) expect(found?.nativeVlan).toBe(spec.nativeVlan);
    expect(found?.mirror).toEqual([]);
    // Nothing is wrong any more.
    await until(async () => (await networkStatus(host, 'lan'))?.Notes.length === 0, {
      what: 'the note on the change to go',
    });
    expect(await drifts()).toBeGreaterThan(counted);
  }
});

describe('a free port that an operator changes in faucet.yaml', () => {
  test('is put right before a container gets it', async () => {
    const taken = (await statusEndpoints(host, 'lan')).map((item) => item.ofPort);
    const dp = parseFaucet(await host.faucet.readConfig()).dps.get('lan');
    const free = (dp?.interfaces ?? []).flatMap(({ number = local }) =>
      number === local || taken.includes(number) ? [] : [number],
    );
    await change(...free.map((port) => setInterface('lan', port, { nativeVlan: 7 })));
    await startContainer(host, 'late', 'lan');
    await untilState(host, 'lan', 'late', 'open');
    expect(await reaches(host, 'late', peer)).toBe(true);
  });
});

describe('an ACL with a rule that the switch does not take', () => {
  test('keeps a container from starting, with the reason', async () => {
    const label = ['--label', 'dovesnap.faucet.portacl=lacking'];
    const started = performance.now();
    const said = await complaintOf(startContainer(host, 'bad', 'lan', label));
    expect(performance.now() - started).toBeLessThan(5000);
    expect(said).toMatch(/^container bad names ACL "lacking", .*line 8\).* tcp_dst needs eth_type/);
  });

  test('keeps a network from being made with it', async () => {
    const options = { 'ovs.bridge.default_acl': 'lacking' };
    expect(await complaintOf(createNetwork(host, 'bad', options))).toMatch(
      /^option ovs\.bridge\.default_acl names ACL "lacking", .* tcp_dst needs eth_type/,
    );
  });
});

/** Does to faucet.yaml what an operator's editor would. */
async function change(...edits: readonly Edit[]): Promise<void> {
  await host.faucet.writeConfig(editText(await host.faucet.readConfig(), edits));
}

async function interfaceOf(port: number) {
  const dp = parseFaucet(await host.faucet.readConfig()).dps.get('lan');
  return dp?.interfaces.find((item) => item.number === port);
}

async function drifts(): Promise<number> {
  const { body } = await host.http('http://127.0.0.1:9401/metrics');
  return sampleValue(parseMetrics(body), 'dovesnap_faucet_drift_total', { network: 'lan' }) ?? 0;
}
