import { type Host, openHost } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DovesnapError } from '../../src/domain/error.ts';
import { parseNetworkRequest } from '../../src/domain/network-options.ts';
import { type PluginServer, servePlugin } from '../../src/plugin/serve-plugin.ts';
import type { CreateNetworkRequest, NetworkDriver } from '../../src/protocol/network-driver.ts';
import { recordingLog } from '../recording-log.ts';

/** A driver that reads networks like the real one and refuses endpoints. */
function refusingDriver(created: CreateNetworkRequest[]): NetworkDriver {
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    checkGateway: async () => ({ SkipIPv4: false, SkipIPv6: false }),
    createNetwork: async (request) => {
      parseNetworkRequest(request);
      created.push(request);
    },
    deleteNetwork: nothing,
    createEndpoint: () => Promise.reject(new DovesnapError('PORT_FAILED', 'no port\nis free')),
    deleteEndpoint: nothing,
    join: () => Promise.reject(new DovesnapError('BAD_REQUEST', 'never')),
    leave: nothing,
    endpointInfo: () => Promise.resolve({}),
    programExternalConnectivity: nothing,
    revokeExternalConnectivity: nothing,
  };
}

describe('a real Docker engine', () => {
  const created: CreateNetworkRequest[] = [];
  const log = recordingLog();
  let host: Host;
  let server: PluginServer | undefined;

  beforeAll(async () => {
    host = await openHost({ name: 'plugin' });
    server = await servePlugin({
      socketPath: host.path('/run/docker/plugins/dovesnap.sock'),
      driver: refusingDriver(created),
      log,
    });
    await host.startDocker();
  });

  afterAll(async () => {
    await server?.close();
    await host.close();
  });

  /** What the client prints when it fails. */
  async function refusal(...args: readonly string[]): Promise<string> {
    const error = await host.docker(...args).then(
      () => undefined,
      (reason: unknown) => reason as { stderr: string },
    );
    return error?.stderr.trim() ?? 'nothing was refused';
  }

  const create = (...options: readonly string[]): string[] => [
    'network',
    'create',
    '--driver',
    'dovesnap',
    ...options,
  ];

  it('creates a network from its options and removes it', async () => {
    await host.docker(
      ...create('-o', 'ovs.bridge.mode=nat', '-o', 'com.docker.network.driver.mtu=1400'),
      ...['--subnet', '10.70.0.0/16', '--gateway', '10.70.5.254', '--internal', 'good'],
    );
    const id = await host.docker('network', 'inspect', '--format', '{{.Id}}', 'good');
    const request = created.at(-1);
    expect(request && parseNetworkRequest(request)).toMatchObject({
      spec: {
        id,
        mode: 'nat',
        internal: true,
        mtu: 1400,
        subnets: [{ pool: '10.70.0.0/16', gateway: '10.70.5.254/16' }],
      },
      warnings: [],
    });
    await host.docker('network', 'rm', 'good');
    expect(log.lines.map((line) => line.message)).toContain('DeleteNetwork answered');
  });

  it('names the router of a flat network as an auxiliary address', async () => {
    await host.docker(
      ...create('--subnet', '10.71.0.0/24'),
      ...['--aux-address', 'DefaultGatewayIPv4=10.71.0.9', 'lan'],
    );
    const request = created.at(-1);
    expect(request && parseNetworkRequest(request).spec.subnets).toEqual([
      { family: 'ipv4', pool: '10.71.0.0/24', gateway: '10.71.0.1/24', router: '10.71.0.9' },
    ]);
    await host.docker('network', 'rm', 'lan');
  });

  it('has no addresses to offer with the null IPAM driver', async () => {
    await host.docker(...create('--ipam-driver', 'null', 'bare'));
    const request = created.at(-1);
    expect(request && parseNetworkRequest(request).spec.subnets).toEqual([]);
    await host.docker('network', 'rm', 'bare');
    expect(
      await refusal(...create('--ipam-driver', 'null', '-o', 'ovs.bridge.mode=routed', 'bare')),
    ).toBe(
      'Error response from daemon: remote: option ovs.bridge.mode cannot be "routed" on a network without a gateway (IPAM driver null): accepted is flat, or an IPAM driver that gives a gateway',
    );
  });

  it('shows a refusal to the user as one sentence, and keeps nothing', async () => {
    expect(await refusal(...create('-o', 'ovs.bridge.vlan=5000', 'bad'))).toBe(
      'Error response from daemon: remote: option ovs.bridge.vlan cannot be "5000": accepted is a whole number from 1 to 4094',
    );
    expect(await refusal(...create('-o', 'ovs.bridge.vlam=5', 'bad'))).toBe(
      'Error response from daemon: remote: option "ovs.bridge.vlam" is unknown: did you mean ovs.bridge.vlan?',
    );
    expect(
      await refusal(
        ...create('--ipv6', '--subnet', 'fd00:70::/64', '--subnet', '10.9.0.0/24', 'b'),
      ),
    ).toBe('Error response from daemon: remote: option --ipv6 is not supported yet');
    expect(await host.docker('network', 'ls', '--quiet', '--filter', 'driver=dovesnap')).toBe('');
  });

  it('fails a start with the sentence of the driver', async () => {
    await host.docker(...create('full'));
    expect(await refusal('run', '--network', 'full', 'busybox', 'true')).toContain(
      'remote: no port is free',
    );
    await host.docker('network', 'rm', 'full');
  });
});
