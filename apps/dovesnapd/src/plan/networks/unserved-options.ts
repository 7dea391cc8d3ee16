import { hostPortsOf } from '../../domain/host-ports.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import { formatAddedPorts, OPTION_OF_ROLE } from '../../domain/parse-added-ports.ts';
import { quoted } from '../../domain/words.ts';

/** What the options of a network ask of features that the daemon is without, one sentence each. */
export function unservedOptions(
  spec: Pick<NetworkSpec, 'isolated' | 'boundInterface' | 'addedPorts' | 'features'>,
): string[] {
  const { isolated, boundInterface, addedPorts } = spec;
  const served = new Set([
    ...hostPortsOf(spec).map(({ option }) => option),
    ...spec.features.flatMap(({ serves }) => serves ?? []),
  ]);
  const asked = [
    ['com.docker.network.bridge.enable_icc', isolated ? 'false' : ''],
    [OPTION_OF_ROLE.untagged, formatAddedPorts(addedPorts, 'untagged')],
    [OPTION_OF_ROLE.coprocessor, formatAddedPorts(addedPorts, 'coprocessor')],
    ['ovs.bridge.bind_interface', boundInterface ?? ''],
  ] as const;
  return asked
    .filter(([option, value]) => value !== '' && !served.has(option))
    .map(([option, value]) => `option ${option}=${quoted(value)} is not supported by this daemon`);
}
