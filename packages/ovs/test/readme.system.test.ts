import { readFile } from 'node:fs/promises';
import { connectOvsdb, readSwitch, removeBridge } from '@dovesnap/ovs';
import { type PrivateOvs, printedBy, privateOvs, readmeBlocks } from '@dovesnap/testkit';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

let ovs: PrivateOvs;
let asked: string | undefined;

vi.mock(import('@dovesnap/ovs'), async (importOriginal) => {
  const original = await importOriginal();
  return {
    ...original,
    // The example names the usual socket; here that place is taken by a private switch.
    connectOvsdb: (target, options) => {
      asked = target;
      return original.connectOvsdb(ovs.dbTarget, options);
    },
  };
});

beforeAll(async () => {
  ovs = await privateOvs();
});

afterAll(async () => await ovs?.close());

const readme = new URL('../README.md', import.meta.url);

it('runs the example of the README, which prints what the README says', async () => {
  const example = await readFile(new URL('../example/lab.ts', import.meta.url), 'utf8');
  const printed = await printedBy(() => import('../example/lab.ts'));
  expect((await readmeBlocks(readme)).slice(0, -1)).toEqual([
    { language: 'sh', text: 'npm install @dovesnap/ovs\n' },
    { language: 'ts', text: example },
    { language: 'text', text: printed },
  ]);
  expect(asked).toBe('unix:/run/openvswitch/db.sock');
});

it('runs the plans of the README, on a connection that is there', async () => {
  const [{ language, text } = { language: '', text: '' }] = (await readmeBlocks(readme)).slice(-1);
  expect(language).toBe('ts');
  const names = /^import \{(.*)\} from '@dovesnap\/ovs';$/m.exec(text)?.[1]?.split(',') ?? [];
  const imported = names.map((name) => name.trim());
  const AsyncFunction = (async () => undefined).constructor as FunctionConstructor;
  const example = new AsyncFunction('db', ...imported, text.replace(/^import .*$/m, ''));
  const library: Readonly<Record<string, unknown>> = { ...(await import('@dovesnap/ovs')) };
  const db = await connectOvsdb(ovs.dbTarget, { deadline: 5000 });
  try {
    await example(db, ...imported.map((name) => library[name]));
    const [bridge] = (await readSwitch(db)).bridges.filter(({ name }) => name === 'lab0');
    // A bridge's ports are a set: their order is the server's.
    expect(bridge?.ports.map(({ name }) => name).sort()).toEqual(['lab0', 'tap7']);
    expect(bridge?.ports.find(({ name }) => name === 'tap7')).toMatchObject({
      interfaces: [{ name: 'tap7', ofPort: 7, externalIds: { owner: 'lab' } }],
    });
    await removeBridge(db, 'lab0');
  } finally {
    await db.close();
  }
});
