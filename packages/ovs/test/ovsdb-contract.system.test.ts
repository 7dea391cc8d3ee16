import { type PrivateOvs, type PrivateOvsOptions, privateOvs } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectOvsdb, type Ovsdb } from '../src/index.ts';
import { ovsdbContract } from './ovsdb-contract.ts';

function suite(options: PrivateOvsOptions): void {
  const opened: Ovsdb[] = [];
  let ovs: PrivateOvs;
  let next = 0;

  beforeAll(async () => {
    ovs = await privateOvs({ ...options, datapath: false });
    for (let count = 0; count < 4; count++) {
      opened.push(await connectOvsdb(ovs.dbTarget, { deadline: 5000 }));
    }
  });

  afterAll(async () => {
    for (const db of opened) await db.close();
    await ovs?.close();
  });

  ovsdbContract(() => opened[next++ % opened.length] as Ovsdb);

  it('knows which columns the server has', () => {
    const [db] = opened;
    expect(db?.schemaVersion).toMatch(/^8\./);
    expect(db?.hasColumn('Interface', 'ofport')).toBe(true);
    const lacks = Object.entries(options.without ?? {}).flatMap(([table, columns]) =>
      columns.map((column) => db?.hasColumn(table, column)),
    );
    expect(lacks).not.toContain(true);
  });
}

describe('ovsdb-server with its own schema', () => suite({}));

// The schema of 2.17 (8.3.0) has the very columns of 3.1's (8.3.1, where only bfd_status became ephemeral), so the first
// suite is a 2.17 database too. Here columns are missing, of those that we read and others.
describe('ovsdb-server with a schema of before these columns', () => {
  suite({
    without: {
      Open_vSwitch: ['datapaths', 'datapath_types', 'dpdk_version'],
      Interface: ['ifindex', 'error', 'ingress_policing_kpkts_rate'],
      Controller: ['controller_queue_size', 'type'],
      Mirror: ['snaplen'],
      Port: ['protected'],
      Bridge: ['flood_vlans'],
    },
  });
});
