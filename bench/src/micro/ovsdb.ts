import {
  connectOvsdb,
  type Ovsdb,
  openSwitchReplica,
  planBridge,
  planExternalIds,
  planPorts,
  planRemovePorts,
  type SwitchReplica,
  type SwitchState,
} from '@dovesnap/ovs';
import { privateOvs } from '@dovesnap/testkit';
import { timeRepeatedly } from '../time-repeatedly.ts';
import { inChunks, type MeasureOperations, type Operation } from './operation.ts';

const bridge = 'bench0';
const step = 8;
const deadline = 60_000;

/** Transactions with a real ovsdb-server beside so many ports. No ovs-vswitchd runs: the rows are what is measured. */
export const measureOvsdb: MeasureOperations = async (size) => {
  const ovs = await privateOvs({ datapath: false });
  try {
    const db = await connectOvsdb(ovs.dbTarget, { deadline });
    const replica = openSwitchReplica(db);
    try {
      await fill(db, replica, size);
      return await measure(db, replica);
    } finally {
      await replica.close();
      await db.close();
    }
  } finally {
    await ovs.close();
  }
};

async function fill(db: Ovsdb, replica: SwitchReplica, size: number): Promise<void> {
  const empty = await replica.until(() => true, { deadline });
  await db.transact(planBridge(empty, { name: bridge, datapathType: 'netdev' }), { deadline });
  const ports = Array.from({ length: size }, (_, index) => portOf('p', index));
  for (const some of inChunks(ports, 250)) {
    await db.transact(planPorts(stateOf(replica), bridge, some), { deadline });
  }
}

async function measure(db: Ovsdb, replica: SwitchReplica): Promise<readonly Operation[]> {
  const more = Array.from({ length: step }, (_, index) => portOf('q', index));
  const names = more.map(({ name }) => name);
  const add = (): Promise<unknown> =>
    db.transact(planPorts(stateOf(replica), bridge, more), { deadline });
  const remove = (): Promise<unknown> =>
    db.transact(planRemovePorts(stateOf(replica), bridge, names), { deadline });
  const where = [['name', '==', 'p0']];
  const read = { op: 'select', table: 'Interface', where, columns: ['external_ids'] };
  const reading = await timeRepeatedly(() => db.transact([read], { deadline }));
  const recording = await timeRepeatedly((index) =>
    db.transact(
      planExternalIds(stateOf(replica), 'Interface', 'p0', { endpoint: `run-${index}` }),
      { deadline },
    ),
  );
  const adding = await timeRepeatedly(add, remove);
  await add();
  const removing = await timeRepeatedly(remove, add);
  return [
    { title: 'OVSDB: read one row', times: reading },
    { title: 'OVSDB: plan and write the record of one port', times: recording },
    { title: `OVSDB: plan and add ${step} ports`, times: adding },
    { title: `OVSDB: plan and remove ${step} ports`, times: removing },
  ];
}

function stateOf(replica: SwitchReplica): SwitchState {
  if (replica.current === undefined) throw new Error('the switch has not been read');
  return replica.current;
}

function portOf(prefix: string, index: number): { name: string; ofPortRequest: number } {
  return { name: `${prefix}${index}`, ofPortRequest: index + 1 };
}
