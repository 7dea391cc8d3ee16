import { type Link, type Netns, NetnsError } from '@dovesnap/netns';
import { describe, expect, test } from 'vitest';
import type { AttachedNetwork } from '../../../src/domain/attached-network.ts';
import { learnContainerLinks } from '../../../src/services/endpoints/learn-container-links.ts';
import type { Parts } from '../../../src/services/parts.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../../plan/sample.ts';
import { recordingLog } from '../../recording-log.ts';

const container = { id: 'c'.repeat(64), name: 'web', labels: {} };

describe('the name of a container’s interface', () => {
  test('is found by its index', async () => {
    const { network, learn } = bed(async () => [link('eth0', 8), link('eth1', 7)]);
    await learn();
    expect([...network.ports.values()][0]?.endpoint?.containerLink).toBe('eth1');
  });

  test('is left alone, which is a debug line, when the container has ended meanwhile', async () => {
    const { network, log, learn } = bed(async () => {
      throw new NetnsError('NAMESPACE_GONE', 'links could not be read: nsenter: cannot open');
    });
    await learn();
    expect([...network.ports.values()][0]?.endpoint?.containerLink).toBeUndefined();
    expect(log.lines).toEqual([
      {
        level: 'debug',
        message: 'the container has ended before its interfaces could be named',
        fields: { container: container.id },
      },
    ]);
  });

  test('is not found for any other reason, which is an error', async () => {
    const { learn } = bed(async () => {
      throw new NetnsError('NOT_PERMITTED', 'links could not be read: Permission denied');
    });
    await expect(learn()).rejects.toMatchObject({ code: 'NOT_PERMITTED' });
  });
});

function link(name: string, ifindex: number, peerIfindex?: number): Link {
  return { name, ifindex, peerIfindex } as Link;
}

function bed(links: () => Promise<readonly Link[]>): {
  network: AttachedNetwork;
  log: ReturnType<typeof recordingLog>;
  learn: () => Promise<void>;
} {
  const network = sampleNetwork();
  addPort(network, 1, { endpoint: sampleEndpoint({ container, containerLink: undefined }) });
  const log = recordingLog();
  const parts = {
    log,
    docker: { containerPid: async () => 4711 },
    host: { link: async () => link('veth', 3, 7) },
    ovs: { commit: async () => undefined },
  } as unknown as Parts;
  const inside = () => ({ links }) as unknown as Netns;
  return {
    network,
    log,
    learn: () => learnContainerLinks(parts, [network], container.id, inside),
  };
}
