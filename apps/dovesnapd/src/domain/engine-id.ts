/**
 * The short form of a Docker engine's id that names and datapath ids of a host are built from; empty while unknown.
 * An id of 12 groups (engines before 23.0) gives exactly what the Go driver made of it: its first group read as base 36,
 * in at least 6 upper-case hex digits. A UUID (23.0 and later), of which the Go driver made 000000 on every host, gives
 * its first 6 hex digits.
 */
export function shortEngineId(engineId: string | undefined): string {
  if (engineId === undefined || engineId === '') return '';
  const group = engineId.split(':', 1)[0] ?? '';
  if (engineId.includes(':')) {
    const value = /^[0-9a-z]{1,8}$/i.test(group) ? Number.parseInt(group, 36) : 0;
    return value.toString(16).toUpperCase().padStart(6, '0');
  }
  return engineId
    .replaceAll(/[^0-9a-f]/gi, '')
    .slice(0, 6)
    .toUpperCase()
    .padStart(6, '0');
}
