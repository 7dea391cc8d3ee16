import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeDocker, type Host, httpRequest, openHost } from '../src/index.ts';

let host: Host;

beforeAll(async () => {
  host = await openHost({ name: 'engine' });
  await host.startDocker();
});

afterAll(async () => {
  await host.close();
});

const running = (): Promise<string> => host.docker('ps', '--format', '{{.Names}}');

describe('the engine of a host', () => {
  test('has images with labels of their own', async () => {
    await host.engine.importImage('labelled', { 'dovesnap.faucet.portacl': 'a "b"', other: '1' });
    const labels = await host.docker('inspect', '--format', '{{json .Config.Labels}}', 'labelled');
    expect(JSON.parse(labels)).toEqual({ 'dovesnap.faucet.portacl': 'a "b"', other: '1' });
    expect(await host.docker('run', '--rm', 'labelled', 'echo', 'hello')).toBe('hello');
  });

  test('answers its API, and says what its client said when a command fails', async () => {
    const { status, body } = await host.engine.api('/info');
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ Driver: 'overlay2', CgroupDriver: 'cgroupfs' });
    await expect(host.docker('run', 'nothing-of-that-name')).rejects.toMatchObject({
      code: 'EXIT',
      stderr: expect.stringContaining('nothing-of-that-name'),
    });
  });

  test('starts containers that always restart again, after a kill and after a stop', async () => {
    const sleeper = ['--stop-signal=KILL', 'busybox', 'sleep', '1000'];
    await host.docker('run', '--detach', '--name=stays', '--restart=always', ...sleeper);
    await host.docker('run', '--detach', '--name=goes', ...sleeper);
    await host.engine.kill();
    expect(host.engine.running).toBe(false);
    const { stdout } = await host.run('ps', ['-e', '-o', 'args=']);
    expect(stdout.match(/^sleep 1000$/gm)).toHaveLength(2);
    await host.engine.start();
    expect(await running()).toBe('stays');
    await host.engine.restart();
    expect(await running()).toBe('stays');
  });

  test('lists what the fake Docker lists, in the same form', async () => {
    await host.docker('network', 'create', '--label=a=b', 'lab');
    await host.docker('run', '--detach', '--name=web', '--network=lab', 'busybox', 'sleep', '1000');
    const fake = await fakeDocker();
    const paths = {
      networks: `/networks?filters=${encodeURIComponent('{"driver":["bridge"]}')}`,
      containers: `/containers/json?all=1&filters=${encodeURIComponent('{"name":["^/web$"]}')}`,
    };
    try {
      const real = async (path: string): Promise<never> =>
        JSON.parse((await host.engine.api(path)).body) as never;
      fake.content.networks = [await real('/networks/lab'), await real('/networks/host')];
      fake.content.containers = await real('/containers/json?all=1');
      const networks = (await real(paths.networks)) as { Name: string }[];
      const answer = await httpRequest(fake.socketPath, paths.networks);
      expect(JSON.parse(answer.body)).toEqual(networks.filter(({ Name }) => Name === 'lab'));
      const list = await httpRequest(fake.socketPath, paths.containers);
      expect(JSON.parse(list.body)).toEqual(await real(paths.containers));
    } finally {
      await fake.close();
    }
  });
});
