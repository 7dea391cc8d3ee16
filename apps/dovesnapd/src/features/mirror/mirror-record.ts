import type { StringMap } from '@dovesnap/ovs';
import type { TakenDevice } from '../../domain/other-ports.ts';
import { formatTaken, parseTaken } from '../../domain/record.ts';

/** Key of `external_ids` that contains the id of the engine whose mirror bridge it is. */
const owner = 'dovesnap.mirror_of';

/** Formats the record of a mirror bridge: its owner, and the state of the interface before the bridge took it over. */
export function formatMirrorRecord(
  engineId: string,
  taken: ReadonlyMap<string, TakenDevice>,
): StringMap {
  return { [owner]: engineId, ...formatTaken(taken) };
}

/** Parses the record of a mirror bridge. Undefined if the row is not ours. */
export function parseMirrorRecord(
  ids: StringMap,
): { readonly engineId: string; readonly taken: Map<string, TakenDevice> } | undefined {
  const engineId = ids[owner];
  if (engineId === undefined) return undefined;
  return { engineId, taken: parseTaken(ids) };
}
