import { until } from '@dovesnap/testkit';
import { expect, it } from 'vitest';
import {
  connectOvsdb,
  type MonitorRequest,
  type Ovsdb,
  openOvsdb,
  openSwitchReplica,
  planBridge,
  planPorts,
  planRemovePorts,
  readSwitch,
  type SwitchState,
} from '../src/index.ts';

/** The part of the contract about databases, tables and columns. It expects the bridge lab0. */
export function schemaContract(connect: () => Ovsdb): void {
  it('names the table or the column that the schema lacks', async () => {
    const db = connect();
    const where = [['nmae', '==', 'x']];
    const operations = [
      { op: 'select', table: 'Nothing', where: [] },
      { op: 'select', table: 'Bridge', where: [], columns: ['_uuid', 'nmae'] },
      { op: 'select', table: 'Bridge', where },
      { op: 'insert', table: 'Bridge', row: { nmae: 'x' } },
      { op: 'mutate', table: 'Bridge', where: [], mutations: [['nmae', 'insert', ['set', []]]] },
      { op: 'wait', table: 'Bridge', where: [], until: '==', rows: [{ nmae: 'x' }], columns: [] },
    ];
    for (const operation of operations) {
      const column = operation.table === 'Bridge' ? 'nmae' : undefined;
      const error = { code: 'NOT_IN_SCHEMA', table: operation.table, column, operation };
      await expect(db.transact([operation])).rejects.toMatchObject(error);
    }
    const { signal } = new AbortController();
    const next = (request: MonitorRequest) =>
      db.monitor(request, { signal })[Symbol.asyncIterator]().next();
    await expect(next({ Nothing: ['name'] })).rejects.toMatchObject({
      code: 'NOT_IN_SCHEMA',
      message: expect.stringMatching(
        /^The database Open_vSwitch \(schema 8.*\) has no table Nothing$/,
      ),
    });
    await expect(next({ Bridge: ['name', 'nmae'] })).rejects.toMatchObject({
      message: expect.stringMatching(/has no column nmae in its table Bridge$/),
    });
    expect((await next({ Bridge: ['name'] })).value).toMatchObject({ after: { name: 'lab0' } });
  });

  it('says which databases a server has that lacks the one asked for', async () => {
    const { target } = connect();
    const error = {
      code: 'NO_DATABASE',
      message: expect.stringMatching(/no database nosuch; it has.* Open_vSwitch/),
    };
    await expect(connectOvsdb(target, { database: 'nosuch' })).rejects.toMatchObject(error);
    const db = openOvsdb(target, { database: 'nosuch', backoff: { first: 1, last: 1 } });
    const told = async () =>
      await db.transact([{ op: 'comment' }]).catch(({ code }) => code === 'NO_DATABASE');
    await until(told, { what: 'the right error' });
    await expect(db.transact([{ op: 'comment' }])).rejects.toMatchObject(error);
    await db.close();
  });

  it('sets trunks, protocols, other_config and any other column, and then plans nothing', async () => {
    const db = connect();
    const port = {
      ...{ name: 'p7', trunks: [20, 10], otherConfig: { a: '1' }, portOtherConfig: { b: '2' } },
      interfaceColumns: { ingress_policing_rate: 1000 },
      portColumns: { bond_updelay: 5 },
    };
    const bridge = {
      ...{ name: 'lab0', protocols: ['OpenFlow13', 'OpenFlow10'] },
      columns: { stp_enable: true, fail_mode: null, other_config: { c: '3' } },
    };
    const columns = {
      ...{ Bridge: Object.keys(bridge.columns), Port: ['bond_updelay'] },
      Interface: ['ingress_policing_rate'],
    };
    const plan = (state: SwitchState) => [
      ...planBridge(state, bridge),
      ...planPorts(state, 'lab0', [port, { ...port, name: 'p8' }]),
    ];
    await db.transact(plan(await readSwitch(db, { columns })));
    const after = await readSwitch(db, { columns });
    expect(plan(after)).toEqual([]);
    expect(after.bridges[0]).toMatchObject({
      protocols: ['OpenFlow10', 'OpenFlow13'],
      ...{ failMode: undefined, otherConfig: { c: '3' }, columns: { stp_enable: true } },
    });
    for (const name of ['p7', 'p8']) {
      const found = after.bridges[0]?.ports.find((one) => one.name === name);
      expect(found).toMatchObject({ trunks: [10, 20], otherConfig: { b: '2' } });
      expect(found?.columns).toEqual({ bond_updelay: 5 });
      expect(found?.interfaces).toMatchObject([
        { otherConfig: { a: '1' }, columns: { ingress_policing_rate: 1000 } },
      ]);
    }
    const replica = openSwitchReplica(db, { columns });
    expect(await replica.until(() => true, { deadline: 5000 })).toEqual(after);
    await replica.close();
    const changed = { ...port, trunks: [], portColumns: { bond_updelay: 0 }, interfaceColumns: {} };
    await db.transact(planPorts(after, 'lab0', [changed]));
    const found = (await readSwitch(db, { columns })).bridges[0]?.ports.find(
      (one) => one.name === 'p7',
    );
    expect(found).toMatchObject({ trunks: [], columns: { bond_updelay: 0 } });
    await db.transact(planRemovePorts(await readSwitch(db), 'lab0', ['p8']));
    const lost = planBridge(await readSwitch(db), { name: 'lab0', columns: { nosuch: 1 } });
    await expect(db.transact(lost)).rejects.toMatchObject({
      code: 'NOT_IN_SCHEMA',
      column: 'nosuch',
    });
  });
}
