import {
  type Edit,
  editText,
  type FaucetModel,
  type FaucetStore,
  parseFaucet,
  removeInterface,
  setAcl,
  setInterface,
} from '@dovesnap/faucet-config';
import { expect, test } from 'vitest';
import { samePolicy } from '../../../src/plan/policy/same-policy.ts';
import { type FaucetDesk, faucetDesk } from '../../../src/services/faucet/faucet-desk.ts';
import { sampleNetwork } from '../../plan/sample.ts';
import { bareParts } from '../bare-parts.ts';

const start = `dps:
  lab:
    dp_id: 18446744073709551615
    interfaces:
      1: {native_vlan: 100, acls_in: [a]}
      5: {native_vlan: 100}
acls: {a: [{rule: {actions: {allow: 1}}}], b: [{rule: {actions: {allow: 0}}}]}
`;

/** A desk over a file and a Faucet that loads it when told. */
function bed() {
  let text = start;
  let loaded = start;
  let model = parseFaucet(text);
  let resolve = (): void => undefined;
  const put = (next: string): void => {
    text = next;
    model = parseFaucet(text);
  };
  const store: Partial<FaucetStore> = {
    read: async () => ({ text, hash: text, model, problems: [] }),
    status: () => ({
      ...{ file: 'ok', reason: undefined, problems: [], reachable: true, loadError: undefined },
      ...{ loaded: text === loaded, changesByOthers: 0, unsettled: false },
    }),
    apply: (edits) => {
      put(editText(text, edits));
      return new Promise((done) => {
        resolve = () => {
          loaded = text;
          done({ reload: 'warm', applied: true, milliseconds: 1, revision: 1, problems: [] });
        };
      });
    },
  };
  const bare = bareParts();
  const desk = faucetDesk(bare, store as FaucetStore);
  const wait = { signal: new AbortController().signal };
  return {
    desk,
    load: async () => resolve(),
    write: (edit: Edit) => desk.write(() => [edit], wait),
  };
}

const network = sampleNetwork({}, { name: 'lab' });
const isSame = (one: FaucetModel, other: FaucetModel) => samePolicy(network, 1, one, other);

test.each([
  ['a description', setInterface('lab', 1, { description: 'web' })],
  ['another port', setInterface('lab', 2, { nativeVlan: 100 })],
  ['an ACL that the port is not under', setAcl('b', [{ actions: { allow: 1 } }])],
])('what is on a port stays in force while Faucet has yet to load %s', async (_what, edit) => {
  const { desk, load, write } = bed();
  await desk.model();
  const written = write(edit);
  await untilRead(desk);
  expect([desk.inForce, desk.hasInForce(isSame)]).toEqual([false, true]);
  await load();
  await written;
  expect([desk.inForce, desk.hasInForce(isSame)]).toEqual([true, true]);
});

test.each([
  ['other ACLs of the port', setInterface('lab', 1, { aclsIn: ['b'] })],
  ['another ACL under its name', setAcl('a', [{ actions: { allow: 0 } }])],
  ['another VLAN', setInterface('lab', 1, { nativeVlan: 7 })],
  ['somebody who overhears it', setInterface('lab', 3, { mirror: [1], outputOnly: true })],
  ['its end', removeInterface('lab', 1)],
])('it is not while Faucet has yet to load %s', async (_what, edit) => {
  const { desk, load, write } = bed();
  await desk.model();
  const written = write(edit);
  await untilRead(desk);
  expect(desk.hasInForce(isSame)).toBe(false);
  await load();
  await written;
  expect(desk.hasInForce(isSame)).toBe(true);
});

async function untilRead(desk: FaucetDesk): Promise<void> {
  const before = desk.latest;
  while (desk.latest === before) await desk.model();
}
