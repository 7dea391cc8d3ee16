import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { hostPortsOf } from '../../domain/host-ports.ts';
import { recordTaken } from '../../domain/network-record.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import { refusedOption } from '../../domain/options-table.ts';
import { formatAddedPorts } from '../../domain/parse-added-ports.ts';
import { refusalOf } from '../../plan/interfaces/host-port-specs.ts';
import { checkPortAcls } from '../../plan/policy/known-acls.ts';
import type { Parts } from '../core/parts.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import { takenNow } from './taken-now.ts';

/** @throws DovesnapError `BAD_OPTION`, `UNKNOWN_ACL` when a network cannot have one of its host interfaces. */
export async function checkHostPorts(
  { host, ovs }: Pick<Parts, 'host' | 'ovs'>,
  desk: Pick<FaucetDesk, 'model'>,
  spec: NetworkSpec,
  networks: readonly AttachedNetwork[],
): Promise<void> {
  const ports = hostPortsOf(spec);
  if (ports.length === 0) return;
  const around = {
    state: ovs.state(),
    model: await desk.model(),
    routes: await host.routes(),
    networks,
  };
  for (const port of ports) {
    const refusal = refusalOf(spec, port, await host.link(port.name), around);
    if (refusal !== undefined) {
      throw refusedOption(port.option, formatAddedPorts([port], port.role), refusal);
    }
    if (port.acl === undefined) continue;
    checkPortAcls(around.model, [port.acl], `option ${port.option}`);
  }
}

/** Reads what a network's host interfaces are before they are taken, for its record. @throws NetnsError. */
export async function rememberHostPorts(parts: Parts, network: AttachedNetwork): Promise<void> {
  for (const { name } of hostPortsOf(network.spec)) {
    const link = await parts.host.link(name);
    if (link !== undefined) recordTaken(network.record, name, await takenNow(parts, link));
  }
}
