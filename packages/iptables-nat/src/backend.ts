import { CommandError } from '@dovesnap/command';
import { toNatError } from './error.ts';
import { jumpTarget, readChains } from './parse-save.ts';
import type { Backend, Family } from './types.ts';

/** Runs a program within the caller's remaining time. Returns its standard output. */
export type Ask = (argv: readonly [string, ...string[]], input?: string) => Promise<string>;

/** The programs of one backend for one family. */
export interface Programs {
  readonly save: string;
  readonly restore: string;
}

/** A backend and its programs, by family. A family that is not usable is omitted. */
export interface Tools {
  readonly backend: Backend;
  readonly programs: ReadonlyMap<Family, Programs>;
}

const commandOf = { ipv4: 'iptables', ipv6: 'ip6tables' } as const;

/**
 * Finds the backend that contains Docker's chains; otherwise the backend of the `iptables` command.
 * @throws NatError
 */
export async function findTools(ask: Ask, wanted: Backend | undefined): Promise<Tools> {
  const backend = wanted ?? (await findBackend(ask));
  const programs = new Map<Family, Programs>();
  for (const family of ['ipv4', 'ipv6'] as const) {
    const found = await findPrograms(ask, family, backend);
    if (found !== undefined) programs.set(family, found);
  }
  return { backend, programs };
}

async function findBackend(ask: Ask): Promise<Backend> {
  const standard = await defaultBackend(ask);
  const scores = await Promise.all(
    (['nft', 'legacy'] as const).map(async (backend) => ({
      backend,
      score: (await dockerScore(ask, backend)) * 2 + (backend === standard ? 1 : 0),
    })),
  );
  const [best] = scores.sort((a, b) => b.score - a.score);
  return best?.backend ?? standard;
}

/**
 * Returns 2 when FORWARD jumps to Docker's chains, 1 when the chains exist but are unused, as after a change of
 * backend, and otherwise 0.
 */
async function dockerScore(ask: Ask, backend: Backend): Promise<number> {
  try {
    const chains = readChains(await ask([`iptables-${backend}-save`]));
    const forward = chains.find(({ table, chain }) => table === 'filter' && chain === 'FORWARD');
    const live = forward?.rules.some((rule) => jumpTarget(rule)?.startsWith('DOCKER-'));
    if (live === true) return 2;
    return chains.some(({ chain }) => chain === 'DOCKER' || chain === 'DOCKER-USER') ? 1 : 0;
  } catch (error) {
    if (!(error instanceof CommandError) || !['EXIT', 'NOT_FOUND'].includes(error.code))
      throw error;
    return 0;
  }
}

async function defaultBackend(ask: Ask): Promise<Backend> {
  try {
    // `iptables v1.8.9 (nf_tables)`; `(legacy)` or, before 1.8, no suffix.
    return (await ask(['iptables', '--version'])).includes('nf_tables') ? 'nft' : 'legacy';
  } catch (cause) {
    throw toNatError('iptables cannot be used', 'READ_FAILED', cause);
  }
}

/** Returns the programs of a family. IPv4 must work. IPv6 may be missing from the kernel or not installed. */
async function findPrograms(
  ask: Ask,
  family: Family,
  backend: Backend,
): Promise<Programs | undefined> {
  const command = commandOf[family];
  const prefix = `${command}-${backend}`;
  try {
    await ask([`${prefix}-save`, '-t', 'filter']);
    return { save: `${prefix}-save`, restore: `${prefix}-restore` };
  } catch (cause) {
    if (!(cause instanceof CommandError) || !['EXIT', 'NOT_FOUND'].includes(cause.code)) {
      throw toNatError(`${command} cannot be used`, 'READ_FAILED', cause);
    }
    // Before 1.8 there is only one backend, and its programs have no suffix.
    if (cause.code === 'NOT_FOUND' && (await works(ask, command))) {
      return { save: `${command}-save`, restore: `${command}-restore` };
    }
    if (family === 'ipv6') return undefined;
    throw toNatError(`${command} cannot be used`, 'READ_FAILED', cause);
  }
}

async function works(ask: Ask, command: string): Promise<boolean> {
  return ask([`${command}-save`, '-t', 'filter']).then(
    () => true,
    () => false,
  );
}
