/**
 * Returns the short form of a Docker engine's id. Names and datapath ids on a host are built from it. Empty while the
 * id is unknown. For an id of 12 groups (engines before 23.0), the result is the same as the Go driver's: the first
 * group read as base 36, in at least 6 upper-case hex digits. For a UUID (23.0 and later), which the Go driver turned
 * into 000000 on every host, it is the first 6 hex digits.
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
