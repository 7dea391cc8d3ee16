import fc from 'fast-check';
import { KNOWN_OPTIONS } from '../../src/domain/options-table.ts';
import { hostileText } from '../hostile-text.ts';
import type { AfterBytes } from './raw-http.ts';

/** A request to the plugin socket as bytes. */
export interface HostileRequest {
  /** For the message of a failed test. */
  readonly what: string;
  readonly bytes: Buffer;
  readonly after: AfterBytes;
  /** `refusal`: the answer must be one sentence. `any`: no more than that there is an answer, or a closed connection. */
  readonly expects: 'refusal' | 'any';
}

/** Ids of things that are really there, which hostile requests name as well. */
export interface RealIds {
  readonly network: string;
  readonly endpoint: string;
}

const CALLS = [
  ...['CreateNetwork', 'DeleteNetwork', 'CreateEndpoint', 'DeleteEndpoint', 'EndpointOperInfo'],
  ...['Join', 'Leave', 'ProgramExternalConnectivity', 'RevokeExternalConnectivity'],
] as const;
const ANSWERED_ALWAYS = [
  ...['GetCapabilities', 'AllocateNetwork', 'FreeNetwork', 'DiscoverNew', 'DiscoverDelete'],
] as const;

/** Makes requests that nobody may be hurt by; the same seed makes the same ones. */
export function hostileRequests(
  count: number,
  seed: number,
  real: RealIds,
): readonly HostileRequest[] {
  const any = fc.oneof(
    { arbitrary: malformedFields(real), weight: 40 },
    { arbitrary: flawedNetwork(), weight: 25 },
    { arbitrary: unknownEndpoint(real), weight: 15 },
    { arbitrary: brokenJson(), weight: 25 },
    { arbitrary: elsewhere(), weight: 12 },
    { arbitrary: noHttp(), weight: 10 },
    { arbitrary: tooMuch(), weight: 1 },
  );
  return fc.sample(any, { numRuns: count, seed });
}

const id = fc.stringMatching(/^[0-9a-f]{64}$/);
const pool = { Pool: '10.199.0.0/24', Gateway: '10.199.0.1/24' };
const wrong = fc.oneof(
  fc.constantFrom(null, true, -1, 1e308, [], {}, [[]], { Err: 'x' }, ''),
  fc.constantFrom('__proto__', 'constructor').map((key) => Object.fromEntries([[key, { a: 1 }]])),
  hostileText,
  fc.array(hostileText, { maxLength: 3 }),
  fc.dictionary(hostileText, hostileText, { maxKeys: 3 }),
);

/** A call without one of its ids, or with one that is none. */
function malformedFields(real: RealIds): fc.Arbitrary<HostileRequest> {
  const good = fc.constantFrom<string>(real.network, real.endpoint);
  const isId = (value: unknown): boolean => typeof value === 'string' && /^\w{64}$/.test(value);
  const bad = wrong.filter((value) => !isId(value));
  const rest = fc.record({
    Options: wrong,
    Interface: wrong,
    IPv4Data: wrong,
    SandboxKey: wrong,
    __proto__: wrong,
  });
  const ids = fc.oneof(
    fc.record({ NetworkID: bad, EndpointID: good }),
    fc.record({ EndpointID: good }),
  );
  return fc
    .tuple(fc.constantFrom(...CALLS), ids, rest)
    .map(([call, some, more]) => post(call, JSON.stringify({ ...more, ...some }), 'refusal'));
}

/** CreateNetwork with one thing in it that is wrong for sure. */
function flawedNetwork(): fc.Arbitrary<HostileRequest> {
  const modes = ['flat', 'nat', 'routed'];
  const acls = KNOWN_OPTIONS.filter((key) => key.endsWith('_acl'));
  // Options are read in this order, so that the others are read before the mode is refused.
  const badMode = fc
    .tuple(
      fc.dictionary(fc.constantFrom(...KNOWN_OPTIONS), hostileText, { maxKeys: 3 }),
      hostileText.filter((text) => !modes.includes(text)),
    )
    .map(([{ 'ovs.bridge.mode': _, ...others }, mode]) => ({ ...others, 'ovs.bridge.mode': mode }));
  const badAcl = fc
    .tuple(fc.constantFrom(...acls), hostileText)
    .map(([key, acl]) => ({ 'ovs.bridge.mode': 'nat', [key]: acl }));
  const badLink = fc
    .tuple(fc.constantFrom('ovs.bridge.add_ports', 'ovs.bridge.add_copro_ports'), hostileText)
    .map(([key, text]) => ({ [key]: `none-such/${text}` }));
  const badKey = hostileText
    .map((text) => `ovs.bridge.${text}`)
    .filter((key) => !KNOWN_OPTIONS.some((known) => known === key))
    .map((key) => ({ [key]: 'x' }));
  const badType = fc
    .tuple(fc.constantFrom(...KNOWN_OPTIONS), wrong)
    .filter(([, value]) => typeof value !== 'string')
    .map(([key, value]) => ({ [key]: value }));
  const options = fc.oneof(badMode, badAcl, badLink, badKey, badType);
  const withOptions = fc.record({
    NetworkID: id,
    Options: fc.record({ 'com.docker.network.generic': options }),
    IPv4Data: fc.constant([pool]),
    IPv6Data: fc.constant([]),
  });
  const badPool = fc.record({
    NetworkID: id,
    IPv4Data: fc
      .tuple(fc.constantFrom('Pool', 'Gateway'), hostileText)
      .map(([key, text]) => [{ ...pool, [key]: `${text}!` }]),
  });
  return fc
    .oneof({ arbitrary: withOptions, weight: 5 }, { arbitrary: badPool, weight: 1 })
    .map((body) => post('CreateNetwork', JSON.stringify(body), 'refusal'));
}

/** Well-formed calls about endpoints and networks that are not there. */
function unknownEndpoint(real: RealIds): fc.Arbitrary<HostileRequest> {
  const refused = fc
    .tuple(fc.constantFrom('CreateEndpoint', 'Join'), id, id, hostileText)
    .map(([call, NetworkID, EndpointID, text]) =>
      post(
        call,
        JSON.stringify({
          NetworkID,
          EndpointID,
          Interface: { Address: '10.199.0.2/24', AddressIPv6: '', MacAddress: '' },
          SandboxKey: `/${text.replaceAll('\0', '')}`.slice(0, 4000),
          Options: { [text]: text },
        }),
        'refusal',
      ),
    );
  const onReal = id.map((EndpointID) =>
    post(
      'Join',
      JSON.stringify({ NetworkID: real.network, EndpointID, SandboxKey: '/x' }),
      'refusal',
    ),
  );
  const harmless = fc
    .tuple(
      fc.constantFrom('Leave', 'DeleteEndpoint', 'EndpointOperInfo', 'RevokeExternalConnectivity'),
      fc.constantFrom(real.network),
      id,
    )
    .map(([call, NetworkID, EndpointID]) =>
      post(call, JSON.stringify({ NetworkID, EndpointID }), 'any'),
    );
  const absent = id.map((NetworkID) => post('DeleteNetwork', JSON.stringify({ NetworkID }), 'any'));
  return fc.oneof(refused, onReal, harmless, absent);
}

/** Bodies that are not JSON, or not for long. */
function brokenJson(): fc.Arbitrary<HostileRequest> {
  const whole = JSON.stringify({
    NetworkID: 'a'.repeat(64),
    EndpointID: 'b'.repeat(64),
    Options: {},
  });
  const body = fc.oneof(
    fc.nat({ max: whole.length - 1 }).map((end) => whole.slice(0, end)),
    fc.nat({ max: whole.length - 1 }).map((at) => `${whole.slice(0, at)}\0${whole.slice(at)}`),
    hostileText,
    fc.constantFrom('', ' ', 'null', '[]', '0', '"', 'NaN', '{"a":1}{"a":1}', '\ufeff{}'),
    fc
      .tuple(fc.constantFrom('[', '{"a":', '{"__proto__":'), fc.integer({ min: 100, max: 20_000 }))
      .map(([opening, depth]) => opening.repeat(depth)),
    fc
      .integer({ min: 100, max: 20_000 })
      .map((depth) => `{"NetworkID":${'['.repeat(depth)}${']'.repeat(depth)}}`),
  );
  return fc
    .tuple(fc.constantFrom(...CALLS), body)
    .map(([call, text]) => post(call, text, 'refusal'));
}

/** Other calls, paths and methods. */
function elsewhere(): fc.Arbitrary<HostileRequest> {
  const body = fc.oneof(hostileText, fc.constant('{}'));
  const constant = fc
    .tuple(fc.constantFrom(...ANSWERED_ALWAYS), body)
    .map(([call, text]) => post(call, text, 'any'));
  const path = fc.oneof(
    hostileText.map(
      (text) => `/NetworkDriver.${encodeURIComponent(text.replaceAll(/\p{Cs}/gu, ''))}`,
    ),
    fc.constantFrom(
      '/',
      '/../../etc/passwd',
      '/NetworkDriver.',
      '/IpamDriver.RequestPool',
      '//',
      '*',
    ),
    fc.constantFrom('/__proto__', '/NetworkDriver.__proto__', '/NetworkDriver.toString', '/Plugin'),
  );
  const method = fc.constantFrom('GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND');
  const odd = fc
    .tuple(fc.oneof(fc.constant('POST'), method), path, body)
    .map(([verb, where, text]) => request(verb, where, text, 'refusal'));
  const wrongMethod = fc
    .tuple(method, fc.constantFrom(...CALLS))
    .map(([verb, call]) => request(verb, `/NetworkDriver.${call}`, '', 'refusal'));
  return fc.oneof(constant, odd, wrongMethod);
}

/** Bytes that are no request, or one that contradicts itself. */
function noHttp(): fc.Arbitrary<HostileRequest> {
  const first = 'POST /NetworkDriver.Leave HTTP/1.1\r\nHost: x\r\n';
  const text = fc.oneof(
    fc.constantFrom(
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      'CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n',
      `${first}Content-Length: -1\r\n\r\n`,
      `${first}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx`,
      `${first}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `${first}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
      `${first}Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nx`,
      `${first}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
      `${first}Expect: 200-ok\r\nContent-Length: 1\r\n\r\nx`,
      `${first}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}`,
      `${first}X: ${'h'.repeat(100_000)}\r\n\r\n`,
      `GET /${'p'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      `${first}X\0: a\r\n\r\n`,
      `${first}Content-Length: 100\r\n\r\n{"NetworkID":`,
      'POST /NetworkDriver.Leave HTTP/1.0\r\n\r\n',
    ),
    hostileText,
  );
  return text.map((bytes) => ({
    what: JSON.stringify(bytes.slice(0, 200)),
    bytes: Buffer.from(bytes, 'utf8'),
    after: 'end',
    expects: 'any',
  }));
}

/** Bodies of several megabytes, and claims of more that never comes. */
function tooMuch(): fc.Arbitrary<HostileRequest> {
  const call = fc.constantFrom(...CALLS);
  const big = fc
    .tuple(call, fc.constantFrom('x', '[', '"', '{"a":'), fc.integer({ min: 2, max: 4 }))
    .map(([name, part, megabytes]) =>
      post(name, part.repeat((megabytes * 1024 * 1024) / part.length), 'refusal'),
    );
  const claim = fc.tuple(call, fc.constantFrom('1048577', '9007199254740991', '2147483648')).map(
    ([name, length]): HostileRequest => ({
      what: `${name} that claims ${length} bytes`,
      bytes: Buffer.from(
        `POST /NetworkDriver.${name} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n{`,
      ),
      after: 'silence',
      expects: 'refusal',
    }),
  );
  return fc.oneof(big, claim);
}

function post(call: string, body: string, expects: HostileRequest['expects']): HostileRequest {
  return request('POST', `/NetworkDriver.${call}`, body, expects);
}

function request(
  method: string,
  path: string,
  body: string,
  expects: HostileRequest['expects'],
): HostileRequest {
  const content = Buffer.from(body, 'utf8');
  const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${content.length}\r\n\r\n`;
  return {
    what: `${method} ${path} ${body.slice(0, 300)}`,
    bytes: Buffer.concat([Buffer.from(head), content]),
    after: 'next',
    expects,
  };
}
