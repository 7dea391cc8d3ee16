import type { Host } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressOf, createNetwork, inContainer, openLab, pingOnce, startContainer } from './lab.ts';

let host: Host;

beforeAll(async () => {
  host = await openLab('flat');
});

afterAll(async () => {
  await host?.close();
});

describe('a flat network with no other option than mode', () => {
  test('lets two containers reach each other', async () => {
    await createNetwork(host, 'plain', { 'ovs.bridge.mode': 'flat' });
    await startContainer(host, 'one', 'plain');
    await startContainer(host, 'two', 'plain');
    const reply = await inContainer(
      host,
      'one',
      ...pingOnce(await addressOf(host, 'two', 'plain')),
    );
    expect(reply).toContain('1 packets received');
  });
});
