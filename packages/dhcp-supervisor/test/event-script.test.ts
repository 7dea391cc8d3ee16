import { run } from '@dovesnap/command';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEvent } from '../src/index.ts';
import { findScript } from '../src/script.ts';

const script = findScript('eth0');
const path = '/usr/sbin:/usr/bin:/sbin:/bin';

async function lineFor(event: string, values: Readonly<Record<string, string>>): Promise<string> {
  const { stdout } = await run(script, [event], {
    env: { PATH: path, interface: 'none0', ...values },
  });
  return stdout;
}

test('whatever a server sends, an event is one line, and every value arrives unchanged', async () => {
  const text = fc.oneof(
    fc.constantFrom('a\ndhcp-event type=6e616b', '$(id)', '`id`', '%s%n', '\' "', '-n', '\\n', '*'),
    fc.string({ minLength: 1 }).map((value) => value.replaceAll(/\0|\n+$/g, 'x')),
  );
  await fc.assert(
    fc.asyncProperty(text, async (domain) => {
      const output = await lineFor('bound', { ip: '10.77.0.10', mask: '24', domain });
      expect(output).toMatch(/^[^\n]*\n$/);
      expect(parseEvent(output.trimEnd(), 0)).toMatchObject({
        type: 'bound',
        lease: { address: '10.77.0.10', prefixLength: 24, domain },
      });
    }),
    { numRuns: 25 },
  );
});

test.each([
  ['deconfig', { type: 'deconfigured' }],
  ['leasefail', { type: 'failed', reason: 'no-lease' }],
  ['nak', { type: 'failed', reason: 'nak' }],
])('%s becomes its event', async (name, event) => {
  expect(parseEvent((await lineFor(name, {})).trimEnd(), 0)).toEqual(event);
});

test('an interface that cannot be configured is reported with what ip said', async () => {
  const output = await lineFor('bound', { ip: '10.77.0.10', DHCP_CONFIGURE: 'yes' });
  expect(parseEvent(output.trimEnd(), 0)).toEqual({
    type: 'failed',
    reason: 'not-configured',
    detail: expect.stringContaining('none0'),
  });
});
