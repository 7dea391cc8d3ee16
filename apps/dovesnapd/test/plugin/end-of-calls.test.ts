import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DovesnapError } from '../../src/domain/error.ts';
import { gate, ids, type PluginBed, pluginBed } from './plugin-bed.ts';

let bed: PluginBed;

beforeEach(async () => {
  bed = await pluginBed();
});

afterEach(() => bed.close());

describe('a client that goes away', () => {
  it('does not take its call back', async () => {
    const [started, gone, ended] = [gate(), gate(), gate()];
    let aborted: boolean | undefined;
    await bed.serve({
      leave: async (_, signal) => {
        started.open();
        await gone.opened;
        aborted = signal.aborted;
        ended.open();
      },
    });
    const request = httpRequest({
      socketPath: bed.socketPath,
      path: '/NetworkDriver.Leave',
      method: 'POST',
    });
    request.once('error', gone.open);
    request.end(JSON.stringify(ids));
    await started.opened;
    request.destroy();
    await ended.opened;
    expect(aborted).toBe(false);
  });
});

describe('a call that takes too long', () => {
  const late = 'Leave took longer than 0.001 s: /readyz of dovesnapd may say what does not answer';

  it('is told so, and may answer itself', async () => {
    const reasons: unknown[] = [];
    await bed.serve(
      {
        leave: (_, signal) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              reasons.push((signal.reason as Error).message);
              resolve();
            });
          }),
      },
      { callDeadline: 1 },
    );
    expect(await bed.call('Leave', ids)).toEqual({});
    expect(reasons).toEqual([late]);
  });

  it('is answered with the reason when it does not', async () => {
    await bed.serve({ leave: () => new Promise(() => undefined) }, { callDeadline: 1 });
    expect(await bed.call('Leave', ids)).toEqual({ Err: late });
  });
});

describe('closing', () => {
  it('lets running calls end and be answered', async () => {
    const [started, held] = [gate(), gate()];
    const open = await bed.serve({
      leave: async () => {
        started.open();
        await held.opened;
      },
    });
    const answer = bed.call('Leave', ids);
    await started.opened;
    const closing = open.close();
    held.open();
    expect(await answer).toEqual({});
    await closing;
    await expect(bed.post('/Plugin.Activate', '')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('aborts calls that do not end by themselves, so that the daemon can stop', async () => {
    const started = gate();
    const why = new DovesnapError('OVS_AWAY', 'the daemon stops');
    const open = await bed.serve(
      {
        leave: (_, signal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(why));
            started.open();
          }),
      },
      { closeGrace: 1 },
    );
    const answer = bed.call('Leave', ids);
    await started.opened;
    await open.close();
    expect(await answer).toEqual({ Err: why.message });
  });

  it('answers calls that do not heed that either, so that the daemon can stop', async () => {
    const started = gate();
    const open = await bed.serve(
      {
        leave: () => {
          started.open();
          return new Promise(() => undefined);
        },
      },
      { closeGrace: 1 },
    );
    const answer = bed.call('Leave', ids);
    await started.opened;
    await open.close();
    expect(await answer).toEqual({ Err: 'dovesnapd is stopping: try again when it runs' });
  });

  it('follows the signal', async () => {
    const stop = new AbortController();
    const open = await bed.serve({}, { signal: stop.signal });
    stop.abort();
    await open.close();
    await expect(bed.post('/Plugin.Activate', '')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
