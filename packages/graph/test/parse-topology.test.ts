import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  checkTopology,
  GraphError,
  parseTopology,
  type Topology,
  toDot,
  toJson,
  toPng,
  toSvg,
} from '../src/index.ts';
import { sortTopology } from '../src/sort-topology.ts';
import { everything } from './sample.ts';

test('what is printed as JSON is read back', () => {
  expect(parseTopology(toJson(everything))).toEqual(sortTopology(everything));
});

test('equal networks print the same bytes, whatever the order of keys and lists', () => {
  const [first, second] = everything.bridges;
  const turned = { links: everything.links, bridges: [second, first], title: everything.title };
  expect(toJson(turned as typeof everything)).toBe(toJson(everything));
});

test.each([
  ['[]', '', 'The topology: expected an object, got []'],
  ['{}', 'bridges', 'bridges: expected a list, got nothing'],
  ['{"bridges":[{}]}', 'bridges[0].name', 'expected a text that is not empty, got nothing'],
  ['{"bridges":[{"name":"b"}]}', 'bridges[0].ports', 'expected a list'],
  [
    '{"bridges":[{"name":"b","ports":[{"name":"p","ofPort":"7"}]}]}',
    'bridges[0].ports[0].ofPort',
    'expected a whole number from 0 to 4294967295, got "7"',
  ],
  [
    '{"bridges":[{"name":"b","ports":[{"name":"p","kind":"vm"}]}]}',
    'bridges[0].ports[0].kind',
    'expected one of container, physical, external, coprocessor, got "vm"',
  ],
  ['{"bridges":[{"name":"b","ports":[],"vlan":4095}]}', 'bridges[0].vlan', 'from 1 to 4094'],
  ['{"bridges":[{"name":"b","ports":[],"mtu":0}]}', 'bridges[0].mtu', 'from 1 to 65535'],
  ['{"bridges":[{"name":"b","ports":[],"userspace":"no"}]}', 'bridges[0].userspace', 'true or'],
  ['{"bridges":[{"name":"b","ports":[],"icc":"off"}]}', 'bridges[0].icc', 'true or'],
  ['{"bridges":[{"name":"b","ports":[],"readyPorts":-1}]}', 'bridges[0].readyPorts', 'from 0'],
  ['{"bridges":[{"name":"b","ports":[],"gateway":{}}]}', 'bridges[0].gateway.address', 'a text'],
  ['{"bridges":[],"links":[{"from":{}}]}', 'links[0].from.bridge', 'a text'],
  [
    '{"bridges":[{"name":"b","ports":[{"name":"p","mirrored":1}]}]}',
    'bridges[0].ports[0].mirrored',
    'expected true or false, got 1',
  ],
])('%s is refused with its place', (json, subject, reason) => {
  const refused = expect.objectContaining({
    code: 'INVALID_TOPOLOGY',
    subject,
    message: expect.stringContaining(reason),
  });
  expect(() => parseTopology(json)).toThrowError(refused);
});

test('text that is not JSON is refused', () => {
  expect(() => parseTopology('digraph {}')).toThrowError(/^The topology is not JSON: /);
});

test('unknown fields are left out, and empty ones count as missing', () => {
  const port = { name: 'p', acl: '', ip: null, colour: 'red' };
  const topology = { bridges: [{ name: 'b', ports: [port] }], newer: 1 };
  expect(parseTopology(JSON.stringify(topology))).toEqual({
    bridges: [{ name: 'b', ports: [{ name: 'p' }] }],
  });
});

test('any JSON is read or refused with a GraphError', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      for (const text of [json, `{"bridges":${json}}`, `{"bridges":[],"links":[${json}]}`]) {
        try {
          parseTopology(text);
        } catch (error) {
          expect(error).toBeInstanceOf(GraphError);
        }
      }
    }),
  );
});

/** Values of every kind that a caller without types may pass, in the shape of a topology or not. */
const anything = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true }),
  fc.record(
    {
      bridges: fc.array(
        fc.record(
          {
            name: fc.oneof(fc.string(), fc.constant(undefined)),
            vlan: fc.oneof(
              fc.integer({ min: -1, max: 5000 }),
              fc.constant(null),
              fc.constant(Number.NaN),
            ),
            mtu: fc.oneof(fc.integer(), fc.bigInt()),
            ports: fc.array(
              fc.record(
                {
                  name: fc.string(),
                  ofPort: fc.oneof(fc.nat(), fc.double()),
                  acl: fc.constantFrom('', 'a', 1),
                },
                { requiredKeys: ['name'] },
              ),
              { maxLength: 3 },
            ),
          },
          { requiredKeys: ['name', 'ports'] },
        ),
        { maxLength: 3 },
      ),
      title: fc.oneof(fc.string(), fc.constant(null)),
    },
    { requiredKeys: ['bridges'] },
  ),
) as fc.Arbitrary<Topology>;

test('what is printed is read back, and what cannot be is refused by every function alike', () => {
  fc.assert(
    fc.property(anything, (value) => {
      let json: string;
      try {
        json = toJson(value);
      } catch (error) {
        expect(error).toMatchObject({ name: 'GraphError', code: 'INVALID_TOPOLOGY' });
        expect(() => toDot(value)).toThrowError(error as Error);
        expect(() => checkTopology(value)).toThrowError(error as Error);
        return;
      }
      expect(parseTopology(json)).toEqual(sortTopology(checkTopology(value)));
      expect(toJson(parseTopology(json))).toBe(json);
      expect(toDot(value)).toBe(toDot(parseTopology(json)));
    }),
  );
});

test('a picture of what is no topology is refused with the place at fault', async () => {
  const values = [
    {},
    undefined,
    null,
    [],
    'bridges',
    { bridges: [{ name: 'b' }] },
    { bridges: [7n] },
  ];
  for (const value of values) {
    const topology = value as unknown as Topology;
    const error = { code: 'INVALID_TOPOLOGY', subject: expect.any(String) };
    await expect(toPng(topology)).rejects.toMatchObject(error);
    await expect(toSvg(topology)).rejects.toMatchObject(error);
  }
});

test('a value that holds itself is refused', () => {
  const loop: Record<string, unknown> = {};
  loop.bridges = loop;
  expect(() => checkTopology(loop)).toThrowError(/^bridges: expected a list, got /);
});
