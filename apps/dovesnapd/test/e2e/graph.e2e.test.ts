import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Host } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createNetwork, openLab, startContainer } from './lab.ts';
import { type ContainerStatus, containerStatus } from './network-status.ts';

const cli = fileURLToPath(new URL('../../../../packages/graph/dist/cli.js', import.meta.url));
const containers = [
  { name: 'web', network: 'front' },
  { name: 'db.internal_1', network: 'front' },
  { name: 'guest', network: 'back' },
] as const;

let host: Host;

beforeAll(async () => {
  host = await openLab('graph');
  await createNetwork(host, 'front', { 'ovs.bridge.mode': 'nat', 'ovs.bridge.vlan': '210' });
  await createNetwork(host, 'back', { 'com.docker.network.bridge.enable_icc': 'false' });
  await startContainer(host, 'web', 'front', ['--label', 'dovesnap.faucet.portacl=allow-all']);
  await startContainer(host, 'db.internal_1', 'front');
  await startContainer(host, 'guest', 'back', ['--mac-address=02:00:00:00:75:01']);
});

afterAll(async () => {
  await host?.close();
});

describe('dovesnap-graph', () => {
  test('draws the running daemon as a PNG of sensible size', async () => {
    const png = await draw('/run/lab.png');
    const [start, chunk, width, height] = [
      png.subarray(0, 8).toString('hex'),
      png.toString('latin1', 12, 16),
      png.readUInt32BE(16),
      png.readUInt32BE(20),
    ];
    // Signature and header as in the PNG specification, sections 5.2 and 11.2.2.
    expect({ start, chunk }).toEqual({ start: '89504e470d0a1a0a', chunk: 'IHDR' });
    expect(width).toBeGreaterThan(600);
    expect(width).toBeLessThan(6000);
    expect(height).toBeGreaterThan(400);
    expect(height).toBeLessThan(6000);
    expect(png.length).toBeGreaterThan(10_000);
    expect(png.subarray(-8, -4).toString('latin1')).toBe('IEND');
  });

  test('writes every container’s name, MAC, address and port number into the SVG', async () => {
    const texts = textsOf((await draw('/run/lab.svg')).toString());
    for (const { name, network } of containers) {
      const shown = await shownBy(network, name);
      const card = texts.join('\n');
      for (const text of [name, shown.MacAddress, shown.HostIP, `${shown.OFPort}`]) {
        expect(card).toContain(text);
      }
      expect(texts).toContain(String(shown.OFPort));
    }
  });

  test('shows networks, their VLAN, that containers are kept apart, the ACL of a port and the gateway', async () => {
    const texts = textsOf((await draw('/run/lab.svg')).toString()).join('\n');
    const gateway = '{{(index .IPAM.Config 0).Gateway}}';
    const address = await host.docker('network', 'inspect', '--format', gateway, 'front');
    for (const text of ['front', 'back', '210', 'no icc', 'allow-all', address]) {
      expect(texts).toContain(text);
    }
  });

  test('draws the same picture as the daemon itself', async () => {
    const svg = (await draw('/run/lab.svg')).toString();
    expect((await host.http('http://127.0.0.1:9401/topology.svg')).body).toBe(svg);
  });

  test('says where nobody answered', async () => {
    const args = [cli, '-o', '/run/none.png', '--status-addrs', '127.0.0.1:1'];
    await expect(host.run(process.execPath, args)).rejects.toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('http://127.0.0.1:1/topology.json'),
    });
  });
});

async function draw(file: string): Promise<Buffer> {
  await host.run(process.execPath, [cli, '-o', file]);
  return readFile(host.path(file));
}

/** The texts that a reader of the SVG sees. */
function textsOf(svg: string): readonly string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text.trim());
}

async function shownBy(network: string, name: string): Promise<ContainerStatus> {
  const shown = await containerStatus(host, network, name);
  if (shown === undefined) throw new Error(`${name} is not shown on ${network}`);
  return shown;
}
