import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Host, openHost } from '@dovesnap/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';

const fixture = fileURLToPath(new URL('./fixtures/until-docker-ends.mjs', import.meta.url));
let host: Host;

beforeEach(async () => {
  host = await openHost({ name: 'docker-ends' });
  await host.startDocker();
});

afterEach(async () => {
  await host.close();
});

async function untilDockerEnds(...args: readonly string[]): Promise<unknown> {
  return JSON.parse((await host.run(process.execPath, [fixture, ...args])).stdout);
}

const enginePid = (): Promise<string> => readFile(host.path('/run/docker.pid'), 'utf8');

it('waits until an engine that was told to stop has ended its containers and itself', async () => {
  // As process 1 it ignores SIGTERM, so the engine waits for it.
  await host.docker('run', '--detach', '--stop-timeout=2', 'busybox', 'sleep', '1000');
  const pid = (await enginePid()).trim();
  await host.run('kill', ['-TERM', pid]);
  expect((await enginePid()).trim()).toBe(pid);
  expect(await untilDockerEnds()).toEqual({ outcome: 'gone', hasPidFile: false });
});

it('does not wait for the end of an engine that answers', async () => {
  expect(await untilDockerEnds('answers')).toEqual({ outcome: 'answers', hasPidFile: true });
});
