import { DovesnapError } from '../../domain/error.ts';
import { parseBridgeRecord } from '../../domain/record.ts';
import type { Docker } from '../../edges/edges.ts';
import type { Switch } from './switch.ts';

/** Tells which Docker engine this is. */
export interface EngineId {
  /** @throws DovesnapError `BAD_REQUEST` when nobody can tell now. */
  get(): Promise<string>;
  /** What is known without asking. */
  known(): string | undefined;
}

/**
 * This engine's id: Docker's own word, else, while Docker is away or booting, what the bridges of one engine on this
 * switch remember.
 */
export function engineIdSource(docker: Docker, ovs: Switch): EngineId {
  let told: string | undefined;
  const remembered = (): string | undefined => {
    if (!ovs.live) return undefined;
    const ids = new Set(
      ovs
        .state()
        .bridges.flatMap((bridge) => parseBridgeRecord(bridge.externalIds)?.engineId ?? []),
    );
    return ids.size === 1 ? [...ids][0] : undefined;
  };
  return {
    known: () => told ?? remembered(),
    get: async () => {
      if (told !== undefined) return told;
      const fallback = remembered();
      if (!docker.serving && fallback !== undefined) return fallback;
      try {
        told = await docker.engineId();
        return told;
      } catch (cause) {
        if (fallback !== undefined) return fallback;
        throw new DovesnapError('BAD_REQUEST', 'Docker does not say which engine it is', { cause });
      }
    },
  };
}
