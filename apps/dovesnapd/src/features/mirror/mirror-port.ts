import { highestOfPipeline } from '../../domain/highest-of-pipeline.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import { refusedOption } from '../../domain/options-table.ts';
import type { Parts } from '../../services/core/parts.ts';

const numberWords = `a whole number from 1 to ${highestOfPipeline}`;

/** What this needs of {@link Parts}. */
type Place = Pick<Parts, 'config' | 'machine'>;

/** The number of a network's link to the mirror, and what stands in its way, one sentence each. */
export interface MirrorPort {
  /** Undefined: nothing of the network is mirrored. */
  readonly port: number | undefined;
  readonly notes: readonly string[];
}

/** Decides whether a network has a link to the mirror, and under which number. */
export function mirrorPort(
  parts: Place,
  spec: Pick<NetworkSpec, 'lbPort' | 'isolated'>,
  userspace: boolean,
): MirrorPort {
  if (parts.config.mirrorOut === undefined) return { port: undefined, notes: [] };
  const why = obstacle(parts, spec, userspace) ?? badNumber(spec);
  return why === undefined
    ? { port: spec.lbPort, notes: [] }
    : { port: undefined, notes: [`nothing is mirrored: ${why}`] };
}

/**
 * Refuses a number that a new network's link to the mirror cannot have. Outside its range it is refused in any case: a
 * later daemon may have a mirror. What another port has is refused where there is a link.
 * @throws DovesnapError `BAD_OPTION`.
 */
export function checkLbPort(
  parts: Place,
  spec: Pick<NetworkSpec, 'lbPort' | 'isolated' | 'addedPorts' | 'userspace'>,
): void {
  const { lbPort } = spec;
  if (badNumber(spec) !== undefined) throw refusedOption('ovs.bridge.lbport', lbPort, numberWords);
  if (parts.config.mirrorOut === undefined) return;
  if (obstacle(parts, spec, spec.userspace) !== undefined) return;
  const twin = spec.addedPorts.find((port) => port.ofPort === lbPort);
  if (twin === undefined) return;
  const accepts = `a number that no other port has: ${twin.name} asks for it`;
  throw refusedOption('ovs.bridge.lbport', lbPort, accepts);
}

/**
 * Patch ports join bridges of one datapath only, and the mirror bridge is on that of the machine. What an ACL itself sends
 * out, as those that keep containers apart do, Faucet does not copy.
 */
function obstacle(
  parts: Place,
  spec: Pick<NetworkSpec, 'isolated'>,
  userspace: boolean,
): string | undefined {
  if (userspace === parts.machine.hasKernelDatapath()) {
    return "the mirror bridge is on the kernel's datapath, and this network on the one in userspace";
  }
  return spec.isolated
    ? 'Faucet does not copy what isolated containers send (enable_icc=false)'
    : undefined;
}

/** The Go driver, and versions before the range was checked at create, made networks with any number. */
function badNumber({ lbPort }: Pick<NetworkSpec, 'lbPort'>): string | undefined {
  if (lbPort >= 1 && lbPort <= highestOfPipeline) return undefined;
  return `ovs.bridge.lbport is ${lbPort}, and the link to the mirror needs ${numberWords}`;
}
