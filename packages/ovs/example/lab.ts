import { connectOvsdb, ensureBridge, ensurePort, removeBridge, waitForOvs } from '@dovesnap/ovs';

const db = await connectOvsdb('unix:/run/openvswitch/db.sock', { deadline: 2000 });

await ensureBridge(db, {
  name: 'lab0',
  datapathType: 'netdev',
  failMode: 'secure',
  datapathId: 0x1n,
  controllers: [{ target: 'tcp:127.0.0.1:6653', maxBackoff: 1000 }],
  externalIds: { owner: 'lab' },
});
const port = { name: 'tap7', type: 'internal', ofPortRequest: 7 };
const { ofPort } = await ensurePort(db, 'lab0', port);
console.log(`tap7 is port ${ofPort}`);
await waitForOvs(db, { deadline: 2000 });

const stop = new AbortController();
const columns = { Interface: ['name', 'ofport', 'mtu', 'external_ids'] };
for await (const { before, after } of db.monitor(columns, { signal: stop.signal })) {
  if (before?.name === 'tap7') console.log('gone:', before, after);
  if (before?.name === 'tap7') stop.abort();
  else if (after?.name === 'tap7') await removeBridge(db, 'lab0');
}
await db.close();
