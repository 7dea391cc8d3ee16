import { shortEngineId } from '../../domain/short-engine-id.ts';

/** The description in faucet.yaml of a network's link to the mirror. */
export const mirrorLinkDescription = 'dovesnap mirror';

/** Returns the name of an engine's mirror bridge, through which copies of frames leave. */
export function mirrorBridgeName(engineId: string): string {
  return `odsmir${shortEngineId(engineId)}`.slice(0, 15);
}

/** Returns the names of the two patch ports between a network's bridge and the mirror bridge. */
export function mirrorLinkNames(networkId: string): { onNetwork: string; onMirror: string } {
  const start = networkId.slice(0, 11);
  return { onNetwork: `odm${start}n`, onMirror: `odm${start}m` };
}

/** Returns whether {@link mirrorLinkNames} creates this port name. */
export function isMirrorLinkName(name: string): boolean {
  return /^odm[0-9a-f]{11}[nm]$/.test(name);
}
