import { type Host, parseMetrics, sampleValue, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { untilPortsRest } from './fleet.ts';
import { addressOf, createNetwork, openLab, startContainer } from './lab.ts';
import { untilState } from './network-status.ts';
import { reaches } from './reaches.ts';

let host: Host;
let peer: string;

beforeAll(async () => {
  host = await openLab('away');
  await createNetwork(host, 'lan');
  await startContainer(host, 'peer', 'lan');
  peer = await addressOf(host, 'peer', 'lan');
  await startContainer(host, 'labelled', 'lan', ['--label', 'dovesnap.faucet.portacl=deny-all']);
  await untilPortsRest(host, 'lan');
  await host.faucet.stop();
});

afterAll(async () => {
  await host?.close();
});

describe('while Faucet is stopped', () => {
  test('a plain attach from the pool works', async () => {
    const started = performance.now();
    await startContainer(host, 'plain', 'lan');
    expect(performance.now() - started).toBeLessThan(5000);
    expect(await reaches(host, 'plain', peer)).toBe(true);
  });

  test('so does a container with a label that is started again on the port that it left', async () => {
    await host.docker('stop', '--time=0', 'labelled');
    await untilPortsRest(host, 'lan');
    await host.docker('start', 'labelled');
    await untilState(host, 'lan', 'labelled', 'open');
    expect(await reaches(host, 'labelled', peer)).toBe(false);
  });

  test('one with an ACL that no free port carries is pending after its time-out, and says so', async () => {
    const started = performance.now();
    await startContainer(host, 'waiting', 'lan', ['--label', 'dovesnap.faucet.portacl=allow-all']);
    expect(performance.now() - started).toBeGreaterThan(5000);

    const reason = 'Faucet does not answer at 127.0.0.1:9302';
    expect(await untilState(host, 'lan', 'waiting', 'pending')).toMatchObject({ Reason: reason });
    await host.daemon.waitForLog(
      (line) => line.container === 'waiting' && line.phase === 'pending' && line.reason === reason,
    );
    expect(await endpointsIn('pending')).toBe(1);
  });

  test('what is pending passes nothing', async () => {
    expect(await reaches(host, 'waiting', peer)).toBe(false);
  });

  test('what is pending can be removed', async () => {
    const label = ['--label', 'dovesnap.faucet.portacl=deny-all'];
    await startContainer(host, 'leaving', 'lan', label);
    await untilState(host, 'lan', 'leaving', 'pending');
    await host.docker('rm', '--force', 'leaving');
    expect(await endpointsIn('pending')).toBe(1);
  });
});

describe('when Faucet is started', () => {
  test('the port opens by itself', async () => {
    await host.faucet.start();
    expect(await untilState(host, 'lan', 'waiting', 'open')).toMatchObject({ Reason: '' });
    // A Faucet that starts installs the flows of all ports again, and the peer's may be later.
    await until(() => reaches(host, 'waiting', peer), { what: 'a reply to what was pending' });
    expect(await endpointsIn('pending')).toBe(0);
  });
});

async function endpointsIn(phase: string): Promise<number | undefined> {
  const { body } = await host.http('http://127.0.0.1:9401/metrics');
  return sampleValue(parseMetrics(body), 'dovesnap_endpoints', { network: 'lan', phase });
}
