import type { Tables, WireRow } from './fake-ovsdb-store.ts';

/** What ovs-vswitchd writes when it has caught up: free port numbers, the requested ones first. */
export function runVswitchd(
  tables: Tables,
  commit: (operations: readonly unknown[]) => void,
): void {
  const operations: unknown[] = [];
  const bridges = [...(tables.get('Bridge')?.values() ?? [])];
  for (const bridge of bridges) {
    const interfaces = interfacesOf(tables, bridge);
    const used = new Set<unknown>(interfaces.map(({ row }) => row.ofport));
    for (const { uuid, row } of interfaces) {
      if (typeof row.ofport === 'number') continue;
      let ofport = row.name === bridge.name ? 65534 : row.ofport_request;
      for (let next = 1; typeof ofport !== 'number' || used.has(ofport); next++) ofport = next;
      used.add(ofport);
      const where = [['_uuid', '==', ['uuid', uuid]]];
      operations.push({ op: 'update', table: 'Interface', where, row: { ofport } });
    }
  }
  const [root] = [...(tables.get('Open_vSwitch')?.values() ?? [])];
  if (root !== undefined && root.next_cfg !== root.cur_cfg) {
    const row = { cur_cfg: root.next_cfg };
    operations.push({ op: 'update', table: 'Open_vSwitch', where: [], row });
  }
  if (operations.length > 0) commit(operations);
}

function interfacesOf(tables: Tables, bridge: WireRow): { uuid: string; row: WireRow }[] {
  return uuidsOf(bridge.ports).flatMap((port) =>
    uuidsOf(tables.get('Port')?.get(port)?.interfaces).flatMap((uuid) => {
      const row = tables.get('Interface')?.get(uuid);
      return row === undefined ? [] : [{ uuid, row }];
    }),
  );
}

function uuidsOf(value: unknown): string[] {
  return [...JSON.stringify(value ?? []).matchAll(/"uuid","([^"]+)"/g)].map(
    ([, uuid]) => `${uuid}`,
  );
}
