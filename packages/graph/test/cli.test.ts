import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { parseCliOptions } from '../src/cli-options.ts';
import { fetchTopology, GraphError, toJson } from '../src/index.ts';
import { type CliEdges, runCli } from '../src/run-cli.ts';
import { everything } from './sample.ts';

const undo: ((closed?: () => void) => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0)) step();
});

function edges(input = toJson(everything)): CliEdges & {
  written: Map<string, string | Uint8Array>;
  complaints: string[];
} {
  const written = new Map<string, string | Uint8Array>();
  const complaints: string[] = [];
  return {
    version: '1.2.3',
    written,
    complaints,
    read: () => Promise.resolve(input),
    write: (path, content) => {
      written.set(path, content);
      return Promise.resolve();
    },
    complain: (text) => void complaints.push(text),
  };
}

async function serve(status: number, body: string): Promise<string> {
  const server = createServer((request, answer) => {
    answer.writeHead(request.url === '/topology.json' ? status : 404).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undo.push((closed) => server.close(closed));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each([
  ['-o a.svg', 'svg'],
  ['-o a.PNG', 'png'],
  ['-o a.gv', 'dot'],
  ['-o a', 'png'],
  ['-o a.svg -format dot', 'dot'],
  ['--output=a.svg --format=json', 'json'],
])('%s writes %s', (line, format) => {
  expect(parseCliOptions(line.split(' '))).toMatchObject({ action: 'draw', format });
});

test.each([
  ['-o a', ['127.0.0.1:9401']],
  ['-o a -u 10.0.0.1:1,[::1]:2,host', ['10.0.0.1:1', '[::1]:2', 'host:9401']],
  ['-o=a --status_addrs=h:1,h:1', ['h:1']],
  ['-o a -status-addrs h:1', ['h:1']],
  ['-o a -u http://h:1/,https://h/lab/,HTTP://h:1', ['http://h:1', 'https://h/lab']],
])('%s asks %j', (line, statusAddresses) => {
  expect(parseCliOptions(line.split(' '))).toMatchObject({ statusAddresses });
});

test.each([
  ['', 'Where to write is missing: -o FILE'],
  ['-o', /argument missing/],
  ['-o a --bridge x', "Unknown option '--bridge'"],
  ['-o a extra', /'extra'/],
  ['-o a --format gif', "--format is one of png, svg, dot, json, not 'gif'"],
  ['-o a -u host:0', "--status-addrs wants HOST:PORT,HOST:PORT, not 'host:0'"],
  ['-o a -u ftp://h', "--status-addrs wants HOST:PORT,HOST:PORT, not 'ftp://h'"],
  ['-o a -u http://', "--status-addrs wants HOST:PORT,HOST:PORT, not 'http://'"],
  ['-o a --input b -u h', 'Give --input or --status-addrs, not both'],
])('"%s" is wrong usage: nothing is written, exit code 2', async (line, reason) => {
  const world = edges();
  expect(await runCli(line.split(' ').filter(Boolean), world)).toBe(2);
  expect(world.complaints.join('')).toMatch(reason);
  expect(world.written.size).toBe(0);
});

test('help and version need no daemon', async () => {
  const world = edges();
  expect(await runCli(['--help'], world)).toBe(0);
  expect(world.written.get('-')).toContain('Usage: dovesnap-graph');
  expect(await runCli(['-version'], world)).toBe(0);
  expect(world.written.get('-')).toBe('1.2.3\n');
});

test('every format is written from a file', async () => {
  const world = edges();
  for (const name of ['a.png', 'a.svg', 'a.dot', 'a.json']) {
    expect(await runCli(['-o', name, '--input', 'lab.json'], world)).toBe(0);
  }
  expect(
    Buffer.from(world.written.get('a.png') ?? '')
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');
  expect(world.written.get('a.svg')).toContain('<svg');
  expect(world.written.get('a.dot')).toContain('digraph');
  expect(world.written.get('a.json')).toBe(toJson(everything));
});

test('several daemons make one picture', async () => {
  const one = await serve(200, '{"title":"a","bridges":[{"name":"br0","ports":[]}]}');
  const two = await serve(200, '{"title":"b","bridges":[{"name":"br0","ports":[]}]}');
  const world = edges();
  expect(await runCli(['-o', 'x.json', '-u', `${one},${two}`], world)).toBe(0);
  expect(world.written.get('x.json')).toContain('a/br0');
  expect(world.written.get('x.json')).toContain('b/br0');
});

test('a daemon that refuses, is absent or talks nonsense is named, exit code 1', async () => {
  const refusing = await serve(403, 'no');
  const nonsense = await serve(200, '<html>');
  const absent = await serve(200, '');
  const closed = undo.pop();
  await new Promise<void>((resolve) => closed?.(resolve));
  for (const [address, reason] of [
    [refusing, `No topology from http://${refusing}/topology.json: the answer was 403`],
    [absent, `No topology from http://${absent}/topology.json: connect ECONNREFUSED`],
    [nonsense, 'The topology is not JSON'],
  ] as const) {
    const world = edges();
    expect(await runCli(['-o', 'x.svg', '-u', address], world)).toBe(1);
    expect(world.complaints.join('')).toContain(reason);
    expect(world.written.size).toBe(0);
  }
});

test('a daemon without an answer in time is unreachable', async () => {
  const late = new DOMException('too late', 'TimeoutError');
  const error = await fetchTopology('h:1', () => Promise.reject(late)).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(GraphError);
  expect(error).toMatchObject({
    code: 'STATUS_UNREACHABLE',
    subject: 'h:1',
    message: 'No topology from http://h:1/topology.json: no answer within 5 s',
  });
});

test('a daemon is asked by its address, as a URL or without a port, and a wrong one is named', async () => {
  const asked: string[] = [];
  const get = async (url: string) => {
    asked.push(url);
    return { ok: true, status: 200, text: async () => toJson(everything) };
  };
  const addresses = [
    'h',
    'h:1',
    '[::1]:2',
    'http://h:1',
    'http://h:1/',
    'https://h/a/topology.json',
  ];
  for (const address of addresses) await fetchTopology(address, get);
  expect(asked).toEqual([
    'http://h:9401/topology.json',
    'http://h:1/topology.json',
    'http://[::1]:2/topology.json',
    'http://h:1/topology.json',
    'http://h:1/topology.json',
    'https://h/a/topology.json',
  ]);
  for (const address of [
    '',
    'h:0',
    'h:99999',
    'ftp://h',
    'http://',
    'h/x',
    'a b',
    'http://u:p@h',
  ]) {
    const error = { code: 'BAD_ADDRESS', subject: address };
    await expect(fetchTopology(address, get), address).rejects.toMatchObject(error);
  }
});
