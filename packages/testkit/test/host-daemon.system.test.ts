import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Host, openHost } from '../src/index.ts';

const standIn = fileURLToPath(new URL('fixtures/stand-in-daemon.mjs', import.meta.url));
const command = [process.execPath, standIn];
let host: Host;

beforeAll(async () => {
  host = await openHost({ name: 'daemon' });
  await host.startDaemon({ command, env: { DOVESNAP_MINE: 'yes' } });
});

afterAll(async () => {
  await host.close();
});

describe('a daemon on a host', () => {
  test('answers on its plugin socket and on its status port', async () => {
    expect(await host.daemon.call('Plugin.Activate')).toEqual({ Implements: ['NetworkDriver'] });
    expect(await host.daemon.status('/networks')).toEqual({ mine: 'yes' });
    await host.daemon.waitForLog((line) => line.path === '/networks');
  });

  test('keeps what is no log line apart', () => {
    expect(host.daemon.noise).toEqual(['{ not JSON']);
  });

  test('logs on over a kill and a start', async () => {
    const since = host.daemon.logs.entries.length;
    expect(await host.daemon.kill()).toMatchObject({ signal: 'SIGKILL' });
    expect(host.daemon.running).toBe(false);
    expect(() => host.daemon.pid()).toThrow('dovesnapd is not running');
    await host.daemon.start();
    const line = await host.daemon.waitForLog(() => true, { since });
    expect(line).toMatchObject({ path: '/Plugin.Activate' });
  });

  test('ends by itself when it is stopped', async () => {
    expect(await host.daemon.stop()).toMatchObject({ code: 0 });
    await host.daemon.waitForLog((line) => line.msg === 'stopping');
  });

  test('that ends at once is told with what it said', async () => {
    await expect(host.daemon.start({ command: [...command, '--refuse'] })).rejects.toMatchObject({
      code: 'ENDED',
      message: 'dovesnapd ended at once:\nunknown flag --refuse',
    });
  });
});
