import { isDeepStrictEqual } from 'node:util';
import { OvsError } from '../error.ts';
import { wireMap, wireSet, wireUuid } from '../ovsdb/codec.ts';
import type { Operation, StringMap } from '../types.ts';
import { checkDeviceName, isDevice } from './device-name.ts';
import { findBridge } from './find.ts';
import { differingColumns } from './free-columns.ts';
import {
  differing,
  differingSet,
  expectRow,
  mapMutations,
  mutateRow,
  namedUuid,
  type RowReference,
  rowName,
  updateRow,
} from './operations.ts';
import type { BridgeState, PatchSpec, PortSpec, PortState, SwitchState } from './switch-types.ts';

/**
 * Plans operations that add or change these ports on the bridge as wanted and leave other ports unchanged. The bridge
 * may be added earlier in the same transaction.
 * @throws OvsError `PORT_EXISTS` when a port of this name is on another bridge, `BAD_NAME` when it is not a valid
 * device name.
 */
export function planPorts(
  state: SwitchState | undefined,
  bridge: string,
  specs: readonly PortSpec[],
): readonly Operation[] {
  const known = findBridge(state, bridge);
  const places = placesOf(state);
  const missing: PortSpec[] = [];
  const changes: Operation[] = [];
  for (const spec of specs) {
    const found = places.get(spec.name);
    if (found === undefined) {
      if (isDevice(spec.type)) checkDeviceName(spec.name);
      missing.push(spec);
    } else if (found.bridge.uuid !== known?.uuid)
      throw portExists(spec.name, found.bridge.name, bridge);
    else changes.push(...planPresentPort(found.bridge, found.port, spec));
  }
  return [...changes, ...insertPorts({ uuid: known?.uuid, name: bridge }, missing)];
}

/** Indexes the port names once for all specs, because a switch may be large. */
function placesOf(
  state: SwitchState | undefined,
): ReadonlyMap<string, { bridge: BridgeState; port: PortState }> {
  const places = new Map<string, { bridge: BridgeState; port: PortState }>();
  for (const bridge of state?.bridges ?? []) {
    for (const port of bridge.ports) places.set(port.name, { bridge, port });
  }
  return places;
}

/** Plans operations that remove the ports of these names and their interfaces from the bridge, if they exist. */
export function planRemovePorts(
  state: SwitchState | undefined,
  bridge: string,
  names: readonly string[],
): readonly Operation[] {
  const known = findBridge(state, bridge);
  const unwanted = new Set(names);
  const uuids = known?.ports.filter(({ name }) => unwanted.has(name)).map(({ uuid }) => uuid);
  if (known === undefined || uuids === undefined || uuids.length === 0) return [];
  return [mutateRow('Bridge', known, [['ports', 'delete', wireSet(uuids.map(wireUuid))]])];
}

/**
 * Plans a pair of patch ports that connects two bridges.
 * @throws OvsError `PORT_EXISTS`.
 */
export function planPatch(state: SwitchState | undefined, ends: PatchSpec): readonly Operation[] {
  return ends.flatMap(({ bridge, port, ...rest }, index) => {
    const peer = ends[1 - index]?.port ?? '';
    const spec = { name: port, type: 'patch', options: { peer }, ...rest };
    return planPorts(state, bridge, [spec]);
  });
}

/** Returns a reference to a port that the same transaction inserts. */
export function newPortReference(name: string): readonly ['named-uuid', string] {
  return namedUuid(rowName('port', name));
}

function insertPorts(bridge: RowReference, specs: readonly PortSpec[]): readonly Operation[] {
  if (specs.length === 0) return [];
  const inserted = specs.flatMap((spec) => {
    const itsInterface = rowName('interface', spec.name);
    return [
      { op: 'insert', table: 'Interface', 'uuid-name': itsInterface, row: interfaceRow(spec) },
      {
        op: 'insert',
        table: 'Port',
        'uuid-name': rowName('port', spec.name),
        row: {
          name: spec.name,
          interfaces: namedUuid(itsInterface),
          ...portColumns(spec),
          ...mapColumn('other_config', spec.portOtherConfig),
        },
      },
    ];
  });
  const references = wireSet(specs.map(({ name }) => newPortReference(name)));
  return [
    expectRow('Bridge', bridge),
    ...inserted,
    mutateRow('Bridge', bridge, [['ports', 'insert', references]]),
  ];
}

function interfaceRow(spec: PortSpec): Readonly<Record<string, unknown>> {
  return {
    name: spec.name,
    ...differing(plainColumns(spec)),
    ...differingColumns(spec.interfaceColumns),
    ...mapColumn('options', spec.options),
    ...mapColumn('other_config', spec.otherConfig),
    ...mapColumn('external_ids', spec.externalIds),
  };
}

function mapColumn(column: string, map: StringMap | undefined): Record<string, unknown> {
  return map === undefined ? {} : { [column]: wireMap(map) };
}

function planPresentPort(
  bridge: BridgeState,
  port: PortState,
  spec: PortSpec,
): readonly Operation[] {
  const current = port.interfaces.find(({ name }) => name === spec.name) ?? port.interfaces[0];
  if (current === undefined) return [];
  const known = {
    ...{ type: current.type, ofport_request: current.ofPortRequest },
    mtu_request: current.mtuRequest,
  };
  const columns: Record<string, unknown> = {
    ...differing(plainColumns(spec), known),
    ...differingColumns(spec.interfaceColumns, current.columns),
  };
  if (spec.options !== undefined && !isDeepStrictEqual(spec.options, { ...current.options })) {
    columns.options = wireMap(spec.options);
  }
  const keys = [
    ...mapMutations('external_ids', current.externalIds, spec.externalIds ?? {}),
    ...mapMutations('other_config', current.otherConfig, spec.otherConfig ?? {}),
  ];
  const portKeys = mapMutations('other_config', port.otherConfig, spec.portOtherConfig ?? {});
  const changes = [
    ...updateRow('Port', port, portColumns(spec, port)),
    ...(portKeys.length === 0 ? [] : [mutateRow('Port', port, portKeys)]),
    ...updateRow('Interface', current, columns),
    ...(keys.length === 0 ? [] : [mutateRow('Interface', current, keys)]),
  ];
  if (changes.length === 0) return [];
  const onBridge = expectRow('Bridge', bridge, {}, [['ports', 'includes', wireUuid(port.uuid)]]);
  const unchanged = expectRow('Port', port, {}, [
    ['interfaces', 'includes', wireUuid(current.uuid)],
  ]);
  return [onBridge, unchanged, ...changes];
}

function plainColumns(spec: PortSpec): Record<string, string | number | undefined> {
  return { type: spec.type, ofport_request: spec.ofPortRequest, mtu_request: spec.mtu };
}

/** Returns the columns of the Port row that differ, for an existing or a new port. */
function portColumns(spec: PortSpec, port?: PortState): Readonly<Record<string, unknown>> {
  return {
    ...differing(
      { tag: spec.tag, vlan_mode: spec.vlanMode, protected: spec.isProtected },
      { tag: port?.tag, vlan_mode: port?.vlanMode, protected: port?.isProtected },
    ),
    ...differingSet('trunks', spec.trunks, port?.trunks),
    ...differingColumns(spec.portColumns, port?.columns),
  };
}

function portExists(port: string, on: string, bridge: string): OvsError {
  return new OvsError(
    'PORT_EXISTS',
    `Port ${port} is wanted on bridge ${bridge}, but is on ${on}`,
    {
      port,
      bridge: on,
    },
  );
}
