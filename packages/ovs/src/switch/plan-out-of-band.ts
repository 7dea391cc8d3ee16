import { wireUuid } from '../ovsdb/codec.ts';
import type { Operation } from '../types.ts';
import { findBridge } from './find.ts';
import { expectRow, mapMutations, mutateRow } from './operations.ts';
import type { SwitchState } from './switch-types.ts';

/**
 * Plans operations that disable in-band control on an existing bridge, for all of its controllers. Nothing else of the
 * bridge changes. Two settings are changed: `other_config:disable-in-band` also covers managers, and `connection_mode`
 * still applies if the first setting is lost.
 */
export function planOutOfBand(state: SwitchState | undefined, name: string): readonly Operation[] {
  const bridge = findBridge(state, name);
  if (bridge === undefined) return [];
  const flag = mapMutations('other_config', bridge.otherConfig, { 'disable-in-band': 'true' });
  const changes = [
    ...(flag.length === 0 ? [] : [mutateRow('Bridge', bridge, flag)]),
    ...bridge.controllers
      .filter(({ connectionMode }) => connectionMode !== 'out-of-band')
      .map(({ uuid }) => ({
        op: 'update',
        table: 'Controller',
        where: [['_uuid', '==', wireUuid(uuid)]],
        row: { connection_mode: 'out-of-band' },
      })),
  ];
  return changes.length === 0 ? [] : [expectRow('Bridge', bridge), ...changes];
}
