import { join } from 'node:path';
import { type FakeOvsdb, fakeOvsdb, type TempDir, tempDir } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe } from 'vitest';
import { connectOvsdb, type Ovsdb } from '../src/index.ts';
import { ovsdbContract } from './ovsdb-contract.ts';

describe('the fake database', () => {
  const opened: Ovsdb[] = [];
  let dir: TempDir;
  let server: FakeOvsdb;

  beforeAll(async () => {
    dir = await tempDir('ovsdb');
    server = await fakeOvsdb({ path: join(dir.path, 'db.sock'), vswitchd: false });
    for (let count = 0; count < 20; count++) opened.push(await connectOvsdb(server.target));
  });

  afterAll(async () => {
    for (const db of opened) await db.close();
    await server?.close();
    await dir?.remove();
  });

  let next = 0;
  ovsdbContract(() => opened[next++ % opened.length] as Ovsdb);
});
