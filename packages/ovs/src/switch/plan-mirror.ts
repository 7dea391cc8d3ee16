import { isDeepStrictEqual } from 'node:util';
import { wireMap, wireSet, wireUuid } from '../ovsdb/codec.ts';
import type { Operation } from '../types.ts';
import { findBridge } from './find.ts';
import { expectRow, mapMutations, mutateRow, namedUuid, rowName, updateRow } from './operations.ts';
import { newPortReference } from './plan-ports.ts';
import type { BridgeState, MirrorSpec, MirrorState, SwitchState } from './switch-types.ts';

/**
 * Plans operations that create or change the mirror as wanted. A port that is not on the bridge yet must be inserted
 * earlier in the same transaction; otherwise the database refuses the transaction.
 */
export function planMirror(
  state: SwitchState | undefined,
  bridge: string,
  spec: MirrorSpec,
): readonly Operation[] {
  const known = findBridge(state, bridge);
  const current = known?.mirrors.find(({ name }) => name === spec.name);
  const columns = {
    select_all: spec.selectAll ?? false,
    select_src_port: portSet(known, spec.selectSrcPorts ?? []),
    select_dst_port: portSet(known, spec.selectDstPorts ?? []),
    output_port: portReference(known, spec.outputPort),
  };
  if (known !== undefined && current !== undefined) {
    return changeMirror(known, current, spec, columns);
  }
  const reference = { uuid: known?.uuid, name: bridge };
  const name = rowName('mirror', bridge, spec.name);
  const external_ids = wireMap(spec.externalIds ?? {});
  return [
    expectRow('Bridge', reference),
    {
      op: 'insert',
      table: 'Mirror',
      'uuid-name': name,
      row: { name: spec.name, ...columns, external_ids },
    },
    mutateRow('Bridge', reference, [['mirrors', 'insert', wireSet([namedUuid(name)])]]),
  ];
}

/** Plans operations that remove the mirror of this name from the bridge, if it exists. */
export function planRemoveMirror(
  state: SwitchState | undefined,
  bridge: string,
  name: string,
): readonly Operation[] {
  const known = findBridge(state, bridge);
  const current = known?.mirrors.find((mirror) => mirror.name === name);
  if (known === undefined || current === undefined) return [];
  return [mutateRow('Bridge', known, [['mirrors', 'delete', wireSet([wireUuid(current.uuid)])]])];
}

function changeMirror(
  bridge: BridgeState,
  current: MirrorState,
  spec: MirrorSpec,
  columns: Readonly<Record<string, unknown>>,
): readonly Operation[] {
  const same =
    current.selectAll === (spec.selectAll ?? false) &&
    sameNames(current.selectSrcPorts, spec.selectSrcPorts) &&
    sameNames(current.selectDstPorts, spec.selectDstPorts) &&
    current.outputPort === spec.outputPort;
  const keys = mapMutations('external_ids', current.externalIds, spec.externalIds ?? {});
  const changes = [
    ...(same ? [] : updateRow('Mirror', current, columns)),
    ...(keys.length === 0 ? [] : [mutateRow('Mirror', current, keys)]),
  ];
  if (changes.length === 0) return [];
  const onBridge = [['mirrors', 'includes', wireUuid(current.uuid)] as const];
  return [expectRow('Bridge', bridge, {}, onBridge), ...changes];
}

function sameNames(current: readonly string[], wanted: readonly string[] = []): boolean {
  return isDeepStrictEqual(new Set(current), new Set(wanted));
}

function portSet(bridge: BridgeState | undefined, names: readonly string[]): unknown {
  return wireSet([...new Set(names)].map((name) => portReference(bridge, name)));
}

function portReference(bridge: BridgeState | undefined, name: string): readonly [string, string] {
  const port = bridge?.ports.find((candidate) => candidate.name === name);
  return port === undefined ? newPortReference(name) : wireUuid(port.uuid);
}
