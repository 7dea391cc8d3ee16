import { isDeepStrictEqual } from 'node:util';
import { OvsError } from '../error.ts';
import { wireMap, wireSet, wireUuid } from '../ovsdb/codec.ts';
import type { Operation } from '../ovsdb/types.ts';
import { findBridge } from './find.ts';
import {
  type Atom,
  differing,
  expectRow,
  mapMutations,
  mutateRow,
  namedUuid,
  type RowReference,
  rowName,
  updateRow,
} from './operations.ts';
import type { BridgeState, PatchSpec, PortSpec, PortState, SwitchState } from './types.ts';

/**
 * Plans that these ports are on the bridge as wanted; other ports stay. The bridge may be one that operations before
 * these in the same transaction make.
 * @throws OvsError `PORT_EXISTS` when a port of that name is on another bridge.
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
    if (found === undefined) missing.push(spec);
    else if (found.bridge.uuid !== known?.uuid)
      throw portExists(spec.name, found.bridge.name, bridge);
    else changes.push(...planPresentPort(found.bridge, found.port, spec));
  }
  return [...changes, ...insertPorts({ uuid: known?.uuid, name: bridge }, missing)];
}

/** The port names of a large switch are looked up once for all specs. */
function placesOf(
  state: SwitchState | undefined,
): ReadonlyMap<string, { bridge: BridgeState; port: PortState }> {
  const places = new Map<string, { bridge: BridgeState; port: PortState }>();
  for (const bridge of state?.bridges ?? []) {
    for (const port of bridge.ports) places.set(port.name, { bridge, port });
  }
  return places;
}

/** Plans that no port of these names is on the bridge; their interfaces go with them. */
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
 * Plans a pair of patch ports that joins two bridges.
 * @throws OvsError `PORT_EXISTS`.
 */
export function planPatch(state: SwitchState | undefined, ends: PatchSpec): readonly Operation[] {
  return ends.flatMap(({ bridge, port, ...rest }, index) => {
    const peer = ends[1 - index]?.port ?? '';
    const spec = { name: port, type: 'patch', options: { peer }, ...rest };
    return planPorts(state, bridge, [spec]);
  });
}

/** The name by which a port that this transaction inserts can be referred to. */
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
          ...differing(portColumns(spec)),
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
    ...(spec.options === undefined ? {} : { options: wireMap(spec.options) }),
    ...(spec.externalIds === undefined ? {} : { external_ids: wireMap(spec.externalIds) }),
  };
}

function planPresentPort(
  bridge: BridgeState,
  port: PortState,
  spec: PortSpec,
): readonly Operation[] {
  const current = port.interfaces.find(({ name }) => name === spec.name) ?? port.interfaces[0];
  if (current === undefined) return [];
  const columns: Record<string, unknown> = differing(plainColumns(spec), {
    type: current.type,
    ofport_request: current.ofPortRequest,
    mtu_request: current.mtuRequest,
  });
  if (spec.options !== undefined && !isDeepStrictEqual(spec.options, { ...current.options })) {
    columns.options = wireMap(spec.options);
  }
  const keys = mapMutations('external_ids', current.externalIds, spec.externalIds ?? {});
  const { tag, vlanMode: vlan_mode, isProtected } = port;
  const forwarding = differing(portColumns(spec), { tag, vlan_mode, protected: isProtected });
  const changes = [
    ...updateRow('Port', port, forwarding),
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

function portColumns(spec: PortSpec): Record<string, Atom | undefined> {
  return { tag: spec.tag, vlan_mode: spec.vlanMode, protected: spec.isProtected };
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
