import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Fetch, parseMetrics, readMetrics } from '../src/reload/metrics.ts';
import { errorOf } from './fakes/rig.ts';

/** Any character that is one code unit: `unit: 'binary'` of fast-check takes two seconds to set up. */
const character = fc.integer({ min: 0, max: 0xd7ff }).map((code) => String.fromCharCode(code));

describe('parseMetrics', () => {
  it('reads a page of Faucet', () => {
    const page = `# HELP faucet_config_hash_info file hashes for last successful config
# TYPE faucet_config_hash_info gauge
faucet_config_hash_info{config_files="/etc/faucet/faucet.yaml",error="missing ACL \\"zz\\"",hashes=""} 1.0
faucet_config_applied 0.6666666666666666
port_status{dp_id="0xa1",dp_name="net1",port="1",port_description="/web {0}"} 1.0 1700000000000

nonsense
`;
    expect(parseMetrics(page)).toEqual([
      {
        name: 'faucet_config_hash_info',
        labels: { config_files: '/etc/faucet/faucet.yaml', error: 'missing ACL "zz"', hashes: '' },
        value: 1,
      },
      { name: 'faucet_config_applied', labels: {}, value: 2 / 3 },
      {
        name: 'port_status',
        labels: { dp_id: '0xa1', dp_name: 'net1', port: '1', port_description: '/web {0}' },
        value: 1,
      },
    ]);
  });

  it('reads the special values', () => {
    const values = parseMetrics('a NaN\nb +Inf\nc -Inf\nd 1e3\ne x\n').map(({ value }) => value);
    expect(values).toEqual([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1000]);
  });

  it('gives back every label value that a page can carry', () => {
    const quote = (text: string): string =>
      text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: character }), { minLength: 1, maxLength: 4 }),
        (values) => {
          const labels = values.map((value, i) => `l${i}="${quote(value)}"`).join(',');
          const [sample] = parseMetrics(`m{${labels}} 1\n`);
          expect(Object.values(sample?.labels ?? {})).toEqual(values);
        },
      ),
    );
  });
});

describe('readMetrics', () => {
  const answer =
    (text: string, status = 200): Fetch =>
    async () => ({ ok: status === 200, status, text: async () => text });

  it('asks for the names only', async () => {
    let asked = '';
    const fetch: Fetch = (url, options) => {
      asked = url;
      return answer('a_total 1\n')(url, options);
    };
    expect(await readMetrics('http://h:1', ['a_total', 'b'], { fetch })).toHaveLength(1);
    expect(asked).toBe('http://h:1/?name[]=a_total&name[]=b');
  });

  it('says why nothing answers', async () => {
    const fetch: Fetch = async () => {
      throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    };
    const error = await errorOf(readMetrics('http://h:1', [], { fetch }));
    expect(error).toMatchObject({ code: 'UNREADABLE' });
    expect(String(error)).toContain('ECONNREFUSED');
    expect(await errorOf(readMetrics('http://h:1', [], { fetch: answer('', 500) }))).toMatchObject({
      code: 'UNREADABLE',
    });
  });

  it('ends with its signal', async () => {
    const fetch: Fetch = (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        if (signal.aborted) reject(signal.reason);
      });
    const stop = AbortSignal.abort();
    expect((await errorOf(readMetrics('http://h:1', [], { fetch, signal: stop }))).code).toBe(
      'ABORTED',
    );
    expect((await errorOf(readMetrics('http://h:1', [], { fetch, deadline: 5 }))).code).toBe(
      'TIMEOUT',
    );
  });
});
