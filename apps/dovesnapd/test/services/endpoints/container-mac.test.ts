import { type Change, NetnsError, setLink } from '@dovesnap/netns';
import { describe, expect, test } from 'vitest';
import type { AttachedNetwork, Port } from '../../../src/domain/attached-network.ts';
import type { DockerContainer } from '../../../src/edges/edges.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import {
  giveInterimMac,
  giveMac,
  mayBePrefixed,
} from '../../../src/services/endpoints/container-mac.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../../plan/sample.ts';
import { recordingLog } from '../../recording-log.ts';

const unclaimed = { claim: async () => undefined };
const web = 'c'.repeat(64);

function listed(given: Partial<DockerContainer> = {}): DockerContainer {
  return { id: web, name: 'web', imageId: 'i', state: 'created', labels: {}, ...given };
}

function docker(serving: boolean, answer: () => Promise<readonly DockerContainer[]>) {
  return { serving, containersLabelled: answer } as unknown as Parts['docker'];
}

describe('the MAC of an endpoint', () => {
  const network = sampleNetwork();
  addPort(network, 1, { endpoint: sampleEndpoint() });

  test.each([
    ['may be told while no container has the label', true, [], false],
    ['is not told while one that has it is being started', true, [listed()], true],
    ['is not told while one is being restarted', true, [listed({ state: 'exited' })], true],
    ['may be told when the only one is here already', true, [listed({ state: 'running' })], false],
    ['is not told when one runs elsewhere', true, [listed({ id: 'x', state: 'running' })], true],
    ['is not told while Docker boots', false, [], true],
  ])('%s', async (_what, serving, containers, expected) => {
    expect(
      await mayBePrefixed(
        docker(serving, async () => containers),
        network,
      ),
    ).toBe(expected);
  });

  test('is not told when Docker does not answer', async () => {
    const silent = docker(true, () => Promise.reject(new Error('Docker does not answer')));
    expect(await mayBePrefixed(silent, network)).toBe(true);
  });
});

describe('the link of a container', () => {
  test.each([
    ['the MAC of its address', '10.9.0.2/24', undefined, /^02:..:0a:09:00:02$/],
    ['that MAC with the prefix', '10.9.0.2/24', '0e:99', /^0e:99:0a:09:00:02$/],
    ['a MAC with the prefix without an address', undefined, '0e99', /^0e:99(:..){4}$/],
  ])('gets %s', async (_what, ipv4, prefix, mac) => {
    const { parts, network, port, changes } = bed({ ipv4, mac: undefined });
    expect(await giveMac(parts, unclaimed, network, port, prefix)).toBe(true);
    expect(port.endpoint?.mac).toMatch(mac);
    expect(changes).toEqual([setLink(port.peerLink, { mac: port.endpoint?.mac })]);
  });

  test('keeps a MAC given with --mac-address, and the log says so', async () => {
    const { parts, network, port, changes, log } = bed({ macGiven: true });
    expect(await giveMac(parts, unclaimed, network, port, '0e:99')).toBe(true);
    expect(changes).toEqual([]);
    expect(port.endpoint?.mac).toBe('02:00:0a:09:00:02');
    expect(JSON.stringify(log.lines)).toContain('the MAC given with --mac-address stays');
  });

  test('is left alone when Docker was told its MAC', async () => {
    const { parts, network, port, changes } = bed({});
    expect(await giveMac(parts, unclaimed, network, port, undefined)).toBe(true);
    expect(changes).toEqual([]);
  });

  test('that cannot be found has no MAC yet', async () => {
    const { parts, network, port } = bed({ mac: undefined }, 'gone');
    expect(await giveMac(parts, unclaimed, network, port, '0e:99')).toBe(false);
    expect(port.endpoint?.mac).toBeUndefined();
  });

  test('has the MAC of its address before it is known whose it is', async () => {
    const { parts, network, port, changes } = bed({ mac: undefined });
    await giveInterimMac(parts, network, port);
    expect(JSON.stringify(changes)).toMatch(/02:..:0a:09:00:02/);
    expect(port.endpoint?.mac).toBeUndefined();
  });
});

function bed(
  given: Parameters<typeof sampleEndpoint>[0],
  link: 'here' | 'gone' = 'here',
): {
  parts: Parts;
  network: AttachedNetwork;
  port: Port;
  changes: Change[];
  log: ReturnType<typeof recordingLog>;
} {
  const changes: Change[] = [];
  const log = recordingLog();
  const host = {
    apply: async (some: readonly Change[]) => {
      if (link === 'gone') throw new NetnsError('LINK_NOT_FOUND', 'no such link');
      changes.push(...some);
    },
    link: async () => undefined,
  };
  const away = { serving: true, containerPid: async () => undefined };
  const network = sampleNetwork();
  const port = addPort(network, 1, { endpoint: sampleEndpoint(given) });
  return { parts: { log, host, docker: away } as unknown as Parts, network, port, changes, log };
}
