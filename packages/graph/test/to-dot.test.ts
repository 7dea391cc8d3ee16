import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Topology, toDot } from '../src/index.ts';
import { idOf } from '../src/label.ts';
import { layout } from '../src/layout.ts';
import type { Box } from '../src/layout-bridge.ts';
import { codeUnits, containers, everything } from './sample.ts';

test('the order of bridges and ports in the input changes nothing', () => {
  const turned: Topology = {
    ...everything,
    bridges: [...everything.bridges].reverse().map((bridge) => ({
      ...bridge,
      ports: [...bridge.ports].reverse(),
    })),
  };
  expect(toDot(turned)).toBe(toDot(everything));
});

test('a port keeps its id when others come and go', () => {
  const id = '"port:lab0:container:web-7"';
  for (const count of [7, 20, 300]) {
    expect(toDot({ bridges: [{ name: 'lab0', ports: containers(count) }] })).toContain(id);
  }
});

test('each kind of port, the gateway and the way out have shapes of their own', () => {
  const dot = toDot(everything);
  const shapeOf = (id: string): string | undefined =>
    new RegExp(`"${id}" \\[.*?shape="(\\w+)"`).exec(dot)?.[1];
  const bridge = 'odsbr0123456789';
  expect([
    shapeOf(`port:${bridge}:container:web-1`),
    shapeOf(`port:${bridge}:physical:eth1`),
    shapeOf(`port:${bridge}:external:vnet0`),
    shapeOf(`port:${bridge}:coprocessor:copro0`),
    shapeOf(`gateway:bridge:${bridge}`),
    shapeOf(`exit:bridge:${bridge}`),
    shapeOf('exit:bridge:lab0'),
  ]).toEqual(['box', 'component', 'tab', 'box3d', 'cds', 'ellipse', 'diamond']);
});

test('only states that carry no traffic stand out', () => {
  const draw = (state: string): string =>
    toDot({ bridges: [{ name: 'lab0', ports: [{ name: 'web', state }] }] });
  expect(draw('pending')).toContain('PENDING');
  expect(draw('refused')).toContain('card attention');
  expect(draw('open')).not.toContain('attention');
});

test('an empty topology says that there are no networks', () => {
  expect(toDot({ bridges: [] })).toContain('no networks');
});

test('different names never share an id', () => {
  const tricky = fc.string({ unit: fc.constantFrom(':', '_', '3', 'a', '-', '\ud800', 'é') });
  const names = fc.tuple(fc.oneof(tricky, codeUnits), tricky);
  fc.assert(
    fc.property(names, names, (a, b) => {
      expect(idOf(...a) === idOf(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
    { numRuns: 1000 },
  );
  expect(idOf('a', 'b')).not.toBe(idOf('a:b'));
});

test('cards, bridges and gateways never overlap and stay inside the picture', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 130 }), { maxLength: 5 }), fc.boolean(), (counts, nat) => {
      const bridges = counts.map((count, index) => ({
        name: `b${index}`,
        ports: containers(count),
        gateway: nat ? { address: '10.0.0.1/24', mode: 'nat' as const } : undefined,
      }));
      const placed = layout({ bridges });
      const boxes = placed.bridges.flatMap((bridge) => [
        bridge.box,
        ...bridge.ports.map((port) => port.card),
        ...(bridge.gateway === undefined ? [] : [bridge.gateway.card, bridge.gateway.exit]),
      ]);
      expect(boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => overlaps(a, b)))).toEqual([]);
      expect(boxes.filter((box) => box.x + box.width / 2 > placed.width)).toEqual([]);
      expect(boxes.filter((box) => box.y + box.height / 2 > placed.height)).toEqual([]);
    }),
    { numRuns: 20 },
  );
});

function overlaps(a: Box, b: Box): boolean {
  return (
    Math.abs(a.x - b.x) * 2 < a.width + b.width && Math.abs(a.y - b.y) * 2 < a.height + b.height
  );
}
