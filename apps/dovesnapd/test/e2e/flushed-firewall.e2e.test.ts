import { isDeepStrictEqual } from 'node:util';
import { addPeer, type Host, type Peer, parseMetrics, sampleValue, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failProgram } from './failing-program.ts';
import { type SteadyPing, statusEndpoints, steadyPing } from './fleet.ts';
import { createNetwork, openLab, startContainer } from './lab.ts';
import { reaches } from './reaches.ts';

const other = '10.72.0.2';

let host: Host;
let internet: Peer;
/** From one nat network to the other, five times a second. */
let across: SteadyPing;

beforeAll(async () => {
  host = await openLab('flush');
  internet = await addPeer(host, {
    name: 'internet',
    address: '203.0.113.1/24',
    hostAddress: '203.0.113.2/24',
    hostDefaultRoute: true,
  });
  // Docker's own policy would keep them apart, too. It sets none where forwarding is on already.
  await host.run('iptables', ['-P', 'FORWARD', 'ACCEPT']);
  await createNetwork(host, 'first', { 'ovs.bridge.mode': 'nat' }, ['--subnet=10.71.0.0/24']);
  await createNetwork(host, 'second', { 'ovs.bridge.mode': 'nat' }, ['--subnet=10.72.0.0/24']);
  await startContainer(host, 'one', 'first');
  await startContainer(host, 'two', 'second');
  across = await steadyPing(host, 'one', other);
});

afterAll(async () => {
  await host?.close();
});

async function linkOf(name: string): Promise<string> {
  const found = await statusEndpoints(host, 'first');
  return found.find(({ container }) => container === name)?.hostLink ?? '';
}

async function repairs(): Promise<number> {
  const { body } = await host.http('http://127.0.0.1:9401/metrics');
  return sampleValue(parseMetrics(body), 'dovesnap_firewall_repairs_total') ?? -1;
}

async function expectApartWithWayOut(): Promise<void> {
  expect(await reaches(host, 'one', other)).toBe(false);
  expect(await reaches(host, 'one', internet.address)).toBe(true);
}

/** The host ends to whose frames the host's own stack is closed; the chains of ends in containers are listed as well. */
async function seals(): Promise<readonly string[]> {
  const { stdout } = await host.run('nft', ['list', 'ruleset', 'netdev']);
  return [...stdout.matchAll(/device "(ods[^"]+)"/g)].map(([, link = '']) => link).sort();
}

/** How many pings have crossed so far. */
const crossed = async (): Promise<number> => (await across.replies()).length;

/** What is flushed, and how many repairs that takes. */
const flushes: Readonly<
  Record<string, { readonly argv: readonly string[]; readonly repairs: number }>
> = {
  'the filter table was flushed': { argv: ['iptables', '-F'], repairs: 1 },
  'the nat table was flushed': { argv: ['iptables', '-t', 'nat', '-F'], repairs: 1 },
  'the whole ruleset was flushed': { argv: ['nft', 'flush', 'ruleset'], repairs: 2 },
};

describe('two nat networks', () => {
  test('do not reach each other, and get out', async () => {
    await expectApartWithWayOut();
    expect(await repairs()).toBe(0);
  });

  test('are apart, with nothing to put back, when Docker makes a network and publishes a port', async () => {
    await host.docker('network', 'create', 'plain');
    const isFirst = async (): Promise<boolean> => {
      const { stdout } = await host.run('iptables', ['-S', 'FORWARD']);
      return stdout.split('\n')[1] === '-A FORWARD -j DOVESNAP-DROP';
    };
    await until(isFirst, { what: 'our jump before Docker’s', interval: 20 });
    await host.docker('run', '--rm', '--network', 'plain', '-p', '8080:80', 'busybox', 'true');
    await expectApartWithWayOut();
    expect(await repairs()).toBe(0);
  });

  test.each(Object.entries(flushes))(
    'are apart again within a second after %s, and get out',
    async (_, { argv: [file = '', ...args], repairs: more }) => {
      const [before, counted, sealed] = [await repairs(), await crossed(), await seals()];
      await host.run(file, args);
      const expected = before + more;
      // The seals may be back before the rules.
      await until(async () => (await repairs()) >= expected, { what: 'the repairs', interval: 20 });
      await expectApartWithWayOut();
      // As many as there are in a second.
      expect((await crossed()) - counted).toBeLessThanOrEqual(5);
      await until(async () => isDeepStrictEqual(await seals(), sealed), { what: 'the seals' });
      expect(sealed).toContain(await linkOf('one'));
      expect(await repairs()).toBe(expected);
    },
  );

  test('are apart again when the daemon was away while it happened', async () => {
    const sealed = await seals();
    await host.daemon.stop();
    await host.run('nft', ['flush', 'ruleset']);
    expect(await reaches(host, 'one', other)).toBe(true);
    await host.daemon.start();
    await until(async () => !(await reaches(host, 'one', other)), { what: 'that they are apart' });
    await until(() => reaches(host, 'one', internet.address), { what: 'the way out' });
    await until(async () => isDeepStrictEqual(await seals(), sealed), { what: 'the seals' });
  });

  test('are said not to be kept apart while the rules cannot be put back', async () => {
    const back = await failProgram(host, '/usr/sbin/xtables-nft-multi');
    await host.run('nft', ['flush', 'ruleset']);
    const readiness = () => host.http('http://127.0.0.1:9401/readyz');
    const unready = async () => {
      const answer = await readiness();
      return answer.status === 503 ? answer.body : undefined;
    };
    try {
      const found = await until(unready, { what: 'that the daemon is not ready', interval: 20 });
      const reason = expect.stringContaining('ipv4 rules');
      expect(JSON.parse(found)).toMatchObject({
        failing: [{ what: 'set the firewall rules', reason }],
      });
    } finally {
      await back();
    }
    await until(async () => (await readiness()).status === 200, { what: 'that it is ready' });
    await expectApartWithWayOut();
    const warnings = host.daemon.logs.entries.filter(({ msg }) =>
      / set the firewall rules/.test(String(msg)),
    );
    expect(warnings.length).toBeLessThanOrEqual(4);
  });
});

test('a seal that somebody deletes by itself is back', async () => {
  const sealed = await seals();
  const before = await repairs();
  await host.run('nft', ['delete', 'chain', 'netdev', 'dovesnap', `seal_${sealed[0]}`]);
  await until(async () => (await repairs()) > before, { what: 'a repair', interval: 20 });
  expect(await seals()).toEqual(sealed);
});
