import { hostPortsOf } from '../../domain/host-ports.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import { formatAddedPorts, OPTION_OF_ROLE } from '../../domain/parse-added-ports.ts';
import { quoted } from '../../domain/words.ts';
import { replacedAcls } from '../policy/acls-in-file.ts';

/** What the options of a network ask of features that the daemon is without, one sentence each. */
export function unservedOptions(
  spec: Pick<NetworkSpec, 'isolated' | 'boundInterface' | 'addedPorts' | 'features'>,
): string[] {
  const { isolated, boundInterface, addedPorts } = spec;
  const isolation = isolated && replacedAcls(spec) === undefined ? 'false' : '';
  const served = new Set(hostPortsOf(spec).map(({ option }) => option));
  const ports = [
    [OPTION_OF_ROLE.untagged, formatAddedPorts(addedPorts, 'untagged')],
    [OPTION_OF_ROLE.coprocessor, formatAddedPorts(addedPorts, 'coprocessor')],
    ['ovs.bridge.bind_interface', boundInterface ?? ''],
  ] as const;
  const unserved = ports.filter(([option]) => !served.has(option));
  return [['com.docker.network.bridge.enable_icc', isolation] as const, ...unserved]
    .filter(([, value]) => value !== '')
    .map(([option, value]) => `option ${option}=${quoted(value)} is not supported by this daemon`);
}
