import type { RequestedSpec } from './network.ts';

/**
 * Returns a warning about the engine's name server for a network created with `--internal`. From 28.0 on, the engine
 * queries no outside server for a container that has only internal networks. A flat network needs no warning, because
 * nothing outside is reachable by default.
 */
export function internalNamesWarning(
  { internal, mode }: Pick<RequestedSpec, 'internal' | 'mode'>,
  engineVersion: string | undefined,
): string[] {
  const major = Number.parseInt(engineVersion ?? '', 10);
  if (!internal || mode === 'flat' || !(major >= 28)) return [];
  return [
    `Docker ${engineVersion} finds no outside names for containers that are on networks made with --internal only: give them name servers with --dns, or make the network without --internal`,
  ];
}
