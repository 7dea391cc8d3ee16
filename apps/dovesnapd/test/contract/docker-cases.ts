import { describe, expect, test } from 'vitest';
import { type ContractLab, expectSoon, type LabCall } from './contract-lab.ts';

/** Calls with their endpoints as letters, in the order in which they come. */
function told(calls: readonly LabCall[]): string[] {
  const seen = [...new Set(calls.flatMap(({ endpoint }) => endpoint ?? []))];
  return calls.map(({ call, endpoint }) =>
    endpoint === undefined ? call : `${call} ${'abcd'[seen.indexOf(endpoint)]}`,
  );
}

/** Which calls of the driver a Docker makes for a command, in which order, and what it tells. */
export function dockerCases(open: () => ContractLab): void {
  const callsOf = async (act: () => Promise<unknown>): Promise<string[]> =>
    told(await open().docker.callsOf(act));
  /** Up to 27, an engine asks twice what is to be shown of an endpoint. */
  const infos = (one: string): string[] =>
    Array<string>(open().docker.major >= 28 ? 1 : 2).fill(`EndpointOperInfo ${one}`);
  const withoutInfos = (calls: readonly string[]): string[] =>
    calls.filter((call) => !call.startsWith('EndpointOperInfo'));

  describe('the calls of Docker', () => {
    test('for a network, which an engine from 28 on asks for its gateway first', async () => {
      const { docker } = open();
      const calls = await callsOf(() => docker.createNetwork('brief'));
      expect(calls).toEqual([...(docker.major >= 28 ? ['GwAllocCheck'] : []), 'CreateNetwork']);
      expect(await callsOf(() => docker.removeNetwork('brief'))).toEqual(['DeleteNetwork']);
    });

    test('for a container that runs and goes', async () => {
      const { docker } = open();
      const calls = await callsOf(() => docker.run('one', 'lan'));
      expect(calls).toEqual(['CreateEndpoint a', 'Join a', ...infos('a')]);
      expect(await callsOf(() => docker.remove('one'))).toEqual(['Leave a', 'DeleteEndpoint a']);
    });

    test('for a container with a gateway, of which the driver is told that it leads outside', async () => {
      const { docker } = open();
      const calls = await callsOf(() => docker.run('one', 'out'));
      expect(calls).toEqual([
        ...['CreateEndpoint a', 'Join a', 'ProgramExternalConnectivity a'],
        ...infos('a'),
      ]);
      expect(await callsOf(() => docker.remove('one'))).toEqual([
        ...['RevokeExternalConnectivity a', 'Leave a', 'DeleteEndpoint a'],
      ]);
    });

    test('for a container that starts again: its endpoint is another', async () => {
      const { docker } = open();
      await docker.run('one', 'lan');
      const calls = await callsOf(() => docker.restart('one'));
      expect(calls).toEqual([
        ...['Leave a', 'DeleteEndpoint a', 'CreateEndpoint b', 'Join b'],
        ...infos('b'),
      ]);
      await docker.remove('one');
    });

    test('for a container that is put on a second network and taken off it', async () => {
      const { docker } = open();
      await docker.run('one', 'lan');
      const put = await docker.callsOf(() => docker.connect('one', 'other'));
      expect(new Set(put.map(({ endpoint }) => endpoint))).toHaveProperty('size', 2);
      const made = put.filter(({ call }) => call !== 'EndpointOperInfo');
      expect(told(made)).toEqual(['CreateEndpoint a', 'Join a']);
      const taken = await docker.callsOf(() => docker.disconnect('one', 'other'));
      const left = taken.filter(({ call }) => call !== 'EndpointOperInfo');
      expect(told(left)).toEqual(['Leave a', 'DeleteEndpoint a']);
      expect(left[0]?.endpoint).toBe(made[0]?.endpoint);
      await docker.remove('one');
    });

    test('for a start that Join has refused, which the container fails with', async () => {
      const { docker } = open();
      const labels = { 'dovesnap.faucet.portacl': 'nowhere' };
      const calls = await callsOf(() =>
        expect(docker.run('one', 'lan', labels)).rejects.toThrow(/names ACL "nowhere"/),
      );
      const leave = docker.major >= 29 ? ['Leave a'] : [];
      expect(calls).toEqual(['CreateEndpoint a', 'Join a', ...leave, 'DeleteEndpoint a']);
      expect(await callsOf(() => docker.remove('one'))).toEqual([]);
    });

    test('while the daemon is away are made again, and reach the next one', async () => {
      const { docker, daemon } = open();
      await docker.run('old', 'lan');
      await daemon.stop();
      const calls = await docker.callsOf(async () => {
        const commands = Promise.all([docker.run('one', 'lan'), docker.remove('old')]);
        await daemon.start();
        await commands;
      });
      const of = (first: string): string[] => {
        const endpoint = calls.find(({ call }) => call === first)?.endpoint;
        return withoutInfos(told(calls.filter((call) => call.endpoint === endpoint)));
      };
      expect(of('CreateEndpoint')).toEqual(['CreateEndpoint a', 'Join a']);
      expect(of('Leave')).toEqual(['Leave a', 'DeleteEndpoint a']);
      await docker.remove('one');
    });
  });

  test('the events of a container that runs and goes come in the order of the engine', async () => {
    const { docker } = open();
    const events = await docker.watchEvents();
    await docker.run('one', 'lan');
    await expectSoon(open(), events, ['network connect', 'container start']);
    const since = await docker.watchEvents();
    await docker.remove('one');
    const end = 'container destroy';
    await expectSoon(
      open(),
      since,
      docker.major >= 26
        ? ['network disconnect', 'container die', end]
        : ['container die', 'network disconnect', end],
    );
  });
}
