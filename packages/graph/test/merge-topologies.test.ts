import { expect, test } from 'vitest';
import { mergeTopologies, type Topology } from '../src/index.ts';

const host = (title: string, bridge: string, peer: string): Topology => ({
  title,
  bridges: [{ name: bridge, ports: [] }],
  links: [{ from: { bridge, ofPort: 1 }, to: { bridge: peer, ofPort: 1 }, kind: 'stack' }],
});

test('one host alone stays as it is', () => {
  const topology = host('a', 'br0', 'br1');
  expect(mergeTopologies([{ source: 'x:1', topology }])).toBe(topology);
});

test('a link that both of its ends report is drawn once', () => {
  const merged = mergeTopologies([
    { source: 'x:1', topology: host('a', 'br0', 'br1') },
    { source: 'y:1', topology: host('b', 'br1', 'br0') },
  ]);
  expect(merged.title).toBe('a, b');
  expect(merged.bridges.map((bridge) => bridge.name)).toEqual(['br0', 'br1']);
  expect(merged.links).toHaveLength(1);
});

test('bridges of one name on two hosts carry the host', () => {
  const merged = mergeTopologies([
    { source: 'x:1', topology: host('same', 'br0', 'far') },
    { source: 'y:1', topology: host('same', 'br0', 'far') },
  ]);
  expect(merged.bridges.map((bridge) => bridge.name)).toEqual(['x:1/br0', 'y:1/br0']);
  expect(merged.links?.map((link) => link.from.bridge)).toEqual(['x:1/br0', 'y:1/br0']);
});
