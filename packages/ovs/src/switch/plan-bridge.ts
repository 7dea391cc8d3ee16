import { parseTarget } from '../controller-target.ts';
import { formatDatapathId, parseDatapathId } from '../datapath-id.ts';
import { isOvsError } from '../error.ts';
import { wireMap, wireSet, wireUuid } from '../ovsdb/codec.ts';
import type { Operation, StringMap } from '../types.ts';
import { checkDeviceName } from './device-name.ts';
import { findBridge } from './find.ts';
import { differingColumns } from './free-columns.ts';
import {
  differing,
  differingSet,
  expectRow,
  mapMutations,
  mutateRow,
  namedUuid,
  rowName,
  updateRow,
} from './operations.ts';
import { planPorts } from './plan-ports.ts';
import type {
  BridgeSpec,
  BridgeState,
  ControllerSpec,
  ControllerState,
  SwitchState,
} from './switch-types.ts';

/**
 * Plans operations that create or change the bridge as wanted. An undefined state means a switch without bridges.
 * `planPorts` for the bridge may follow in the same transaction.
 * @throws OvsError `PORT_EXISTS`, `BAD_NAME`, `BAD_TARGET`, `BAD_DPID`.
 */
export function planBridge(state: SwitchState | undefined, spec: BridgeSpec): readonly Operation[] {
  const current = findBridge(state, spec.name);
  const own = current === undefined ? insertBridge(spec) : changeBridge(current, spec);
  // Every bridge has its local port: the port with the bridge's name (ovs-vswitchd.conf.db(5), Bridge, ports).
  const local = { name: spec.name, type: 'internal', mtu: spec.mtu };
  return [...own, ...planPorts(state, spec.name, [local])];
}

/** Plans operations that remove the bridge with its ports, controllers and mirrors, if it exists. */
export function planRemoveBridge(
  state: SwitchState | undefined,
  name: string,
): readonly Operation[] {
  const current = findBridge(state, name);
  if (current === undefined) return [];
  const mutations = [['bridges', 'delete', wireSet([wireUuid(current.uuid)])]];
  return [{ op: 'mutate', table: 'Open_vSwitch', where: [], mutations }];
}

const atLeastOne = { columns: ['next_cfg'], until: '!=', rows: [] };

function insertBridge(spec: BridgeSpec): readonly Operation[] {
  checkDeviceName(spec.name, { bridge: spec.name });
  const name = rowName('bridge', spec.name);
  const controllers = planControllers(spec.name, [], spec.controllers ?? []);
  const row = {
    name: spec.name,
    ...differing({ datapath_type: spec.datapathType, fail_mode: spec.failMode }),
    ...setColumns(spec),
    ...differingColumns(spec.columns),
    controller: wireSet(controllers.references),
    other_config: wireMap(otherConfigOf(spec)),
    external_ids: wireMap(spec.externalIds ?? {}),
  };
  const mutations = [['bridges', 'insert', wireSet([namedUuid(name)])]];
  return [
    // Without the Open_vSwitch row the new bridge would be garbage-collected silently.
    { op: 'wait', table: 'Open_vSwitch', timeout: 0, where: [], ...atLeastOne },
    ...controllers.operations,
    { op: 'insert', table: 'Bridge', 'uuid-name': name, row },
    { op: 'mutate', table: 'Open_vSwitch', where: [], mutations },
  ];
}

function changeBridge(current: BridgeState, spec: BridgeSpec): readonly Operation[] {
  const columns = {
    ...differing(
      { datapath_type: spec.datapathType, fail_mode: spec.failMode },
      { datapath_type: current.datapathType, fail_mode: current.failMode },
    ),
    ...setColumns(spec, current),
    ...differingColumns(spec.columns, current.columns),
  };
  const mutations = [
    ...mapMutations('other_config', current.otherConfig, changedConfig(current.otherConfig, spec)),
    ...mapMutations('external_ids', current.externalIds, spec.externalIds ?? {}),
  ];
  const changes = [
    ...updateRow('Bridge', current, columns),
    ...(mutations.length === 0 ? [] : [mutateRow('Bridge', current, mutations)]),
    ...changeControllers(current, spec),
  ];
  return changes.length === 0 ? [] : [expectRow('Bridge', current), ...changes];
}

function setColumns(spec: BridgeSpec, current?: BridgeState): Readonly<Record<string, unknown>> {
  return {
    ...differingSet('flood_vlans', spec.floodVlans, current?.floodVlans),
    ...differingSet('protocols', spec.protocols, current?.protocols),
  };
}

function changeControllers(current: BridgeState, spec: BridgeSpec): readonly Operation[] {
  if (spec.controllers === undefined) return [];
  const { operations, references } = planControllers(
    spec.name,
    current.controllers,
    spec.controllers,
  );
  const before = current.controllers.map(({ uuid }) => wireUuid(uuid));
  const kept = references.filter(([kind]) => kind === 'uuid').length;
  if (kept === before.length && kept === references.length) return operations;
  return [
    expectRow('Bridge', current, { controller: wireSet(before) }),
    ...operations,
    ...updateRow('Bridge', current, { controller: wireSet(references) }),
  ];
}

/**
 * Matches controllers by target: existing ones are changed, missing ones are inserted, and references to the others are
 * removed.
 */
function planControllers(
  bridge: string,
  current: readonly ControllerState[],
  wanted: readonly ControllerSpec[],
): { operations: readonly Operation[]; references: readonly (readonly [string, string])[] } {
  const operations: Operation[] = [];
  const references = wanted.map((spec, index) => {
    const target = parseTarget(spec.target);
    const columns = columnsOf(spec);
    const present = current.find((candidate) => canonical(candidate.target) === target);
    if (present === undefined) {
      const name = rowName('controller', bridge, String(index));
      const row = { target, ...differing(columns) };
      operations.push({ op: 'insert', table: 'Controller', 'uuid-name': name, row });
      return namedUuid(name);
    }
    const changed = differing(columns, columnsOf(present));
    if (Object.keys(changed).length > 0) {
      const where = [['_uuid', '==', wireUuid(present.uuid)]];
      operations.push({ op: 'update', table: 'Controller', where, row: changed });
    }
    return wireUuid(present.uuid);
  });
  return { operations, references };
}

function columnsOf({ maxBackoff, inactivityProbe, rateLimit, connectionMode }: ControllerSpec) {
  return {
    max_backoff: maxBackoff,
    inactivity_probe: inactivityProbe,
    controller_rate_limit: rateLimit,
    connection_mode: connectionMode,
  };
}

/** Another client may have written a target that this package cannot parse. Such a target equals only itself. */
function canonical(target: string): string {
  try {
    return parseTarget(target);
  } catch (error) {
    if (isOvsError(error, 'BAD_TARGET')) return target;
    throw error;
  }
}

function otherConfigOf(spec: BridgeSpec): StringMap {
  return {
    ...spec.otherConfig,
    ...(spec.hwaddr === undefined ? {} : { hwaddr: spec.hwaddr }),
    ...(spec.disableInBand === undefined ? {} : { 'disable-in-band': String(spec.disableInBand) }),
    ...(spec.datapathId === undefined ? {} : { 'datapath-id': formatDatapathId(spec.datapathId) }),
  };
}

/**
 * OVS accepts several forms of a datapath id and both cases in a MAC address. Another form of the same value is not a
 * difference.
 */
function changedConfig(current: StringMap, spec: BridgeSpec): StringMap {
  const { 'datapath-id': id, hwaddr, ...rest } = otherConfigOf(spec);
  const sameId = id !== undefined && sameDatapathId(current['datapath-id'], spec.datapathId);
  const sameMac = hwaddr?.toLowerCase() === current.hwaddr?.toLowerCase();
  return {
    ...rest,
    ...(hwaddr === undefined || sameMac ? {} : { hwaddr }),
    ...(id === undefined || sameId ? {} : { 'datapath-id': id }),
  };
}

function sameDatapathId(text: string | undefined, id: bigint | undefined): boolean {
  try {
    return text !== undefined && id !== undefined && parseDatapathId(text) === id;
  } catch (error) {
    if (isOvsError(error, 'BAD_DPID')) return false;
    throw error;
  }
}
