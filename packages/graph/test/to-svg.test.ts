import { Resvg } from '@resvg/resvg-js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Topology, toSvg } from '../src/index.ts';
import { codeUnits, containers, everything } from './sample.ts';

const anyText = fc
  .oneof(
    codeUnits,
    fc.string({ unit: fc.constantFrom(...'"\\<>&;{}|lrnNGET\n\r\t\0\u001b\u0085'), minLength: 1 }),
    fc.constantFrom(']]>', '<!--', '-->', '&amp;', '&#0;', '\\N', '"];x', '\ud800', '\ufffe'),
  )
  .filter((text) => text !== '');

test('any text as any name gives well-formed SVG with one group per port', async () => {
  await fc.assert(
    fc.asyncProperty(anyText, anyText, anyText, async (name, acl, state) => {
      const port = { name, acl, state, ip: name, mac: acl, ofPort: 7 };
      const topology: Topology = {
        title: acl,
        bridges: [
          {
            name,
            network: acl,
            dpid: state,
            gateway: { address: name, mode: 'nat', acl },
            ports: [port, { ...port, kind: 'physical' }],
          },
        ],
        links: [{ from: { bridge: name }, to: { bridge: acl } }],
      };
      const svg = await toSvg(topology);
      expect(() => new Resvg(svg, { font: { loadSystemFonts: false } })).not.toThrow();
      expect(svg.match(/<g id="port:[^"]*" class="node card/g)).toHaveLength(2);
    }),
    { numRuns: 80 },
  );
}, 30_000);

test('a name of printable characters is shown as it is', async () => {
  const name = 'a<b>&"c\\N&amp;';
  const svg = await toSvg({ bridges: [{ name: 'b', ports: [{ name }] }] });
  expect(svg).toContain('>a&lt;b&gt;&amp;&quot;c\\N&amp;amp;</text>');
});

test('every container is there with its name, MAC, IP and port number as text', async () => {
  const ports = containers(260);
  const svg = await toSvg({ bridges: [{ name: 'lab0', ports }] });
  const texts = new Set(
    [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) =>
      (match[1] ?? '').replaceAll('&#160;', ' '),
    ),
  );
  for (const port of ports) {
    expect(texts).toContain(port.name);
    expect(texts).toContain(`${port.ip}  ${port.mac}`);
    expect(texts).toContain(`${port.ofPort}`);
  }
});

test('a name too long for its card is whole in the tooltip', async () => {
  const name = 'a-very-long-container-name-'.repeat(4);
  const svg = await toSvg({ bridges: [{ name: 'lab0', ports: [{ name }] }] });
  expect(svg).toContain(`xlink:title="${name}"`);
  expect(svg).not.toContain(`>${name}</text>`);
});

test('every kind of thing has its name in the legend', async () => {
  const svg = await toSvg(everything);
  for (const name of [
    'bridge',
    'container',
    'physical port',
    'external port',
    'coprocessor',
    'gateway',
    'NAT',
    'routed',
    'needs attention',
  ]) {
    expect(svg).toContain(`>${name.replace(' ', ' ')}</text>`);
  }
});

test('a refusal of Graphviz is a GraphError with its reason', async () => {
  const broken = toSvg({ bridges: [] }, () => Promise.reject(new Error('syntax error in line 1')));
  await expect(broken).rejects.toMatchObject({
    name: 'GraphError',
    code: 'LAYOUT_FAILED',
    message: expect.stringContaining('syntax error in line 1'),
  });
});

test('what a bridge and its gateway are set to is on them', async () => {
  const svg = (await toSvg(everything)).replaceAll('&#160;', ' ');
  for (const text of [
    'out ACL leaving',
    'nat  VLAN 100  no icc',
    'MTU 1400  userspace',
    '0e:00:00:00:00:01',
    'ACL way-out',
  ]) {
    expect(svg).toContain(`>${text}</text>`);
  }
  for (const text of ['0e:00:00:00:00:02', 'controller tcp:127.0.0.1:6654', '12 ports ready']) {
    expect(svg).toMatch(new RegExp(`xlink:title="[^"]*${text}`));
  }
});
