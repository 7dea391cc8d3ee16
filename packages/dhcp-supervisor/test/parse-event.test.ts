import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DhcpEvent, type Lease, nextLease, parseEvent } from '../src/index.ts';

const now = 1_700_000_000_000;

/** Any UTF-16, also broken: `unit: 'binary'` of fast-check takes a second to set up. */
const codeUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 })
  .map((units) => String.fromCharCode(...units));

function line(fields: Readonly<Record<string, string>>): string {
  const words = Object.entries(fields).map(
    ([key, value]) => `${key}=${Buffer.from(value).toString('hex')}`,
  );
  return `dhcp-event ${words.join(' ')}`;
}

const full = {
  type: 'bound',
  ip: '10.77.0.10',
  mask: '20',
  router: '10.77.0.1 10.77.0.2',
  dns: '10.77.0.53 9.9.9.9',
  domain: 'lab.example',
  serverid: '10.77.0.1',
  lease: '600',
  mtu: '1400',
};

const lease: Lease = {
  address: '10.77.0.10',
  prefixLength: 20,
  routers: ['10.77.0.1', '10.77.0.2'],
  dns: ['10.77.0.53', '9.9.9.9'],
  domain: 'lab.example',
  server: '10.77.0.1',
  obtainedAt: now,
  expiresAt: now + 600_000,
  mtu: 1400,
};

test('a bound line becomes a lease with all that the server said', () => {
  expect(parseEvent(line(full), now)).toEqual({ type: 'bound', lease });
  expect(parseEvent(line({ ...full, type: 'renew' }), now)).toEqual({ type: 'renewed', lease });
});

test('what a server leaves out gets the defaults of udhcpc', () => {
  expect(parseEvent(line({ type: 'bound', ip: '10.77.0.10' }), now)).toEqual({
    type: 'bound',
    lease: {
      address: '10.77.0.10',
      prefixLength: 24,
      routers: [],
      dns: [],
      domain: undefined,
      server: undefined,
      obtainedAt: now,
      expiresAt: now + 3_600_000,
      mtu: undefined,
    },
  });
});

test.each<[Readonly<Record<string, string>>, DhcpEvent]>([
  [{ type: 'deconfig' }, { type: 'deconfigured' }],
  [{ type: 'leasefail' }, { type: 'failed', reason: 'no-lease' }],
  [{ type: 'nak' }, { type: 'failed', reason: 'nak' }],
  [
    { type: 'bound', error: 'RTNETLINK answers: No\nbuffer' },
    { type: 'failed', reason: 'not-configured', detail: 'RTNETLINK answers: No\nbuffer' },
  ],
  [
    { type: 'bound', ip: 'x y' },
    { type: 'failed', reason: 'malformed', detail: 'type="bound" ip="x y"' },
  ],
])('%j is read as %j', (fields, event) => {
  expect(parseEvent(line(fields), now)).toEqual(event);
});

test.each([
  '',
  'udhcpc: sending discover',
  'dhcp-event',
  'dhcp-event type=zz',
  line({ type: 'x' }),
])('%j is no event', (text) => {
  expect(parseEvent(text, now)).toBeUndefined();
});

test('of a field that comes twice the first counts', () => {
  expect(parseEvent(`${line({ type: 'nak' })} ${line({ type: 'bound' }).slice(11)}`, now)).toEqual({
    type: 'failed',
    reason: 'nak',
  });
});

test('no text breaks the parser, and no value leaks into another field', () => {
  fc.assert(
    fc.property(codeUnits, fc.string(), (domain, noise) => {
      const event = parseEvent(line({ ...full, domain }), now);
      const text = Buffer.from(domain).toString('utf8');
      expect(event).toEqual({
        type: 'bound',
        lease: { ...lease, domain: text === '' ? undefined : text },
      });
      parseEvent(`dhcp-event ${noise}`, now);
    }),
  );
});

test.each<[DhcpEvent, Lease | undefined]>([
  [
    { type: 'bound', lease: { ...lease, address: '10.77.0.11' } },
    { ...lease, address: '10.77.0.11' },
  ],
  [
    { type: 'renewed', lease: { ...lease, mtu: 9000 } },
    { ...lease, mtu: 9000 },
  ],
  [{ type: 'deconfigured' }, undefined],
  [{ type: 'failed', reason: 'nak' }, undefined],
  [{ type: 'exited', code: 0 }, lease],
])('after %j the lease in force is %j', (event, expected) => {
  expect(nextLease(lease, event)).toEqual(expected);
});
