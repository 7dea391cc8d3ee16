import { type Edit, type EditStep, editText, parseFaucet } from '@dovesnap/faucet-config';
import type { FlowFilter } from '@dovesnap/ovs';
import { fakeClock } from '@dovesnap/testkit';
import { expect, test } from 'vitest';
import { DovesnapError } from '../../../src/domain/error.ts';
import { failures } from '../../../src/services/core/failures.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import type { Registry } from '../../../src/services/core/registry.ts';
import { retries } from '../../../src/services/core/retries.ts';
import { datapaths } from '../../../src/services/faucet/datapaths.ts';
import type { FaucetDesk } from '../../../src/services/faucet/faucet-desk.ts';
import { sampleNetwork } from '../../plan/sample.ts';
import { recordingLog } from '../../recording-log.ts';
import { turnsInOrder } from '../turns-in-order.ts';

test('a network that goes while it is being configured is given up, with the reason', async () => {
  const network = sampleNetwork();
  const reason = new DovesnapError('UNKNOWN_NETWORK', 'the network is being removed');
  const log = recordingLog();
  const clock = fakeClock();
  const known = failures({ log, clock });
  const again = retries({ clock, failures: known });
  const desk = {
    model: async () => parseFaucet('dps: {}\n'),
  } as unknown as FaucetDesk;
  const vlanOut = {
    assert: async () => {
      network.life.abort(reason);
      throw new DovesnapError('UNKNOWN_ACL', 'not there');
    },
    sweep: async () => undefined,
  };
  const registry = { named: async () => 'lab' } as unknown as Registry;
  const service = datapaths(
    { log, config: {}, turns: turnsInOrder(), failures: known, retries: again } as unknown as Parts,
    desk,
    registry,
    vlanOut,
  );
  await expect(service.configure(network, [], network.life.signal)).rejects.toBe(reason);
  expect([...network.notes]).toEqual([]);
  expect(log.lines).toEqual([]);
});

/** Puts right a gateway that somebody has weakened; answers, in order, what is written of it and what else is done. */
async function putRight(faucet: {
  readonly reachable: boolean;
  readonly confirmed: boolean;
}): Promise<string[]> {
  const done: string[] = [];
  const network = sampleNetwork({}, { name: 'lab', gatewayBefore: 'nothing' });
  const log = recordingLog();
  const clock = fakeClock();
  const known = failures({ log, clock });
  let text = `acls: {other: [{rule: {actions: {allow: 1}}}]}
dps:
  lab: {dp_id: 1, interfaces: {4294967294: {native_vlan: 100, acls_in: [other]}}}
`;
  const desk = {
    model: async () => parseFaucet(text),
    write: async (makeEdits: (model: ReturnType<typeof parseFaucet>) => readonly EditStep[]) => {
      for (const step of makeEdits(parseFaucet(text))) {
        const edits: readonly Edit[] =
          typeof step === 'function' ? (step(parseFaucet(text)) as readonly Edit[]) : [step];
        text = editText(text, edits);
      }
      const gateway = parseFaucet(text).dps.get('lab')?.interfaces[0];
      done.push(`written: ${gateway?.aclsIn.join()}`);
      return faucet.confirmed ? { confirmed: true } : { confirmed: false, revision: 1 };
    },
    loaded: async () => void done.push('loaded'),
  } as unknown as FaucetDesk;
  const parts = {
    ...{ log, clock, config: {}, turns: turnsInOrder(), failures: known },
    retries: retries({ clock, failures: known }),
    faucet: { refresh: async () => faucet },
    ofctl: {
      deleteFlows: async (_bridge: string, filters: readonly FlowFilter[]) => {
        for (const { table, match } of filters) done.push(`deleted: ${table} ${match}`);
      },
    },
    ovs: { live: true, state: () => ({ bridges: [] }), commit: async () => undefined },
  } as unknown as Parts;
  const registry = { named: async () => 'lab' } as unknown as Registry;
  const vlanOut = { assert: async () => undefined, sweep: async () => undefined };
  await datapaths(parts, desk, registry, vlanOut).configure(network, [], network.life.signal);
  return done;
}

const [twice, right] = [
  'written: dovesnap-allow-all,dovesnap-allow-all',
  'written: dovesnap-allow-all',
];
const deleted = 'deleted: 0 in_port=LOCAL';

test('a weakened gateway gets other flows before it gets those of its policy', async () => {
  const done = await putRight({ reachable: true, confirmed: true });
  expect(done).toEqual([twice, deleted, right]);
});

test('the flows of a weakened gateway are deleted once Faucet has loaded others', async () => {
  const done = await putRight({ reachable: true, confirmed: false });
  expect(done).toEqual([twice, 'loaded', deleted, right, 'loaded']);
});

test('a weakened gateway is written right at once while Faucet is away', async () => {
  const done = await putRight({ reachable: false, confirmed: true });
  expect(done).toEqual([right]);
});
