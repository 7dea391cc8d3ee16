import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeDocker, fakeDocker, httpRequest, openHttp, until } from '../src/index.ts';

let docker: FakeDocker;

beforeEach(async () => {
  docker = await fakeDocker({
    networks: [
      { Id: 'n1', Name: 'mine', Driver: 'dovesnap', Containers: { c1: { Name: 'web' } } },
      { Id: 'n2', Name: 'bridge', Driver: 'bridge' },
    ],
    containers: [
      { Id: 'c1', Names: ['/web'], ImageID: 'i1', State: 'running', Labels: { a: 'b' }, Pid: 7 },
      { Id: 'c2', Names: ['/webber'], ImageID: 'i1', State: 'exited', Labels: {} },
    ],
    images: { i1: { a: 'image' } },
  });
});

afterEach(async () => {
  await docker.close();
});

const get = async (path: string): Promise<unknown> => {
  const { status, body } = await httpRequest(docker.socketPath, path);
  return [status, JSON.parse(body)];
};
const filters = (value: object): string => `filters=${encodeURIComponent(JSON.stringify(value))}`;

describe('a fake Docker', () => {
  test('lists networks by driver, and shows endpoints in inspect alone', async () => {
    const mine = { Id: 'n1', Name: 'mine', Driver: 'dovesnap' };
    const list = await get(`/v1.41/networks?${filters({ driver: ['dovesnap'] })}`);
    expect(list).toEqual([200, [{ ...mine, Containers: {} }]]);
    const inspected = await get('/networks/mine');
    expect(inspected).toEqual([200, { ...mine, Containers: { c1: { Name: 'web' } } }]);
    expect(await get('/networks/n3')).toEqual([404, { message: 'No such network n3' }]);
  });

  test('lists containers by a pattern for their name', async () => {
    const list = (await get(`/containers/json?all=1&${filters({ name: ['^/web$'] })}`)) as object[];
    expect(list).toMatchObject([200, [{ Id: 'c1', Labels: { a: 'b' } }]]);
    expect(await get('/containers/json')).toMatchObject([200, [{ Id: 'c1' }]]);
    expect(await get('/containers/c1/json')).toMatchObject([200, { State: { Pid: 7 } }]);
  });

  test('knows the labels of images and the id of the engine', async () => {
    expect(await get('/images/i1/json')).toMatchObject([
      200,
      { Config: { Labels: { a: 'image' } } },
    ]);
    expect(await get('/info')).toMatchObject([200, { ID: 'FAKE:ENGINE' }]);
  });

  test('sends events to the streams that ask for their type, and cuts streams off', async () => {
    const path = `/events?${filters({ type: ['network'] })}`;
    const stream = await openHttp(docker.socketPath, path);
    const lines = createInterface({ input: stream })[Symbol.asyncIterator]();
    docker.emit({ Type: 'container', Action: 'start', Actor: { ID: 'c1' } });
    docker.emit({ Type: 'network', Action: 'create', Actor: { ID: 'n1' } });
    const { value } = await lines.next();
    expect(JSON.parse(value as string)).toMatchObject({ Action: 'create', Actor: { ID: 'n1' } });
    expect(docker.streams).toBe(1);
    docker.dropStreams();
    await expect(lines.next()).rejects.toThrow('aborted');
    expect(docker.streams).toBe(0);
  });

  test('holds requests like a booting engine, and answers them when it serves', async () => {
    docker.behave('hang');
    const answer = get('/info');
    await docker.requests.waitFor((request) => request === 'GET /info');
    docker.behave('answer');
    expect(await answer).toMatchObject([200, {}]);
  });

  test('refuses or breaks the requests that it is told to', async () => {
    docker.behave((path) => (path === '/info' ? { status: 500 } : 'disconnect'));
    expect(await get('/info')).toEqual([500, { message: 'scripted error' }]);
    await expect(get('/networks')).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });
});

test('waiting for what never happens ends with what was wrong', async () => {
  const probe = (): never => {
    throw new Error('still closed');
  };
  await expect(until(probe, { what: 'the door', deadline: 10 })).rejects.toMatchObject({
    code: 'NOT_READY',
    message: 'the door did not happen within 10 ms: still closed',
  });
});
