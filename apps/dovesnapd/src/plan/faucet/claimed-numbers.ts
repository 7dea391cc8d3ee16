import { type Edit, type FaucetModel, removeInterface } from '@dovesnap/faucet-config';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { isPortDescription } from '../../domain/names.ts';
import type { NetworkRecord } from '../../domain/network-record.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import { driftFrom, interfaceOf } from '../policy/interface-policy.ts';

/** A number of a port of ours that an operator has declared for himself. */
export interface Claim {
  readonly port: Port;
  /** One sentence without a full stop. */
  readonly what: string;
  /** Whether what he says of it is another policy than the port's: it cannot be open then. */
  readonly isOtherwise: boolean;
}

/** The ports of a network whose numbers an operator has declared for himself. */
export function findClaims(network: AttachedNetwork, model: FaucetModel): Claim[] {
  return [...network.ports.values()].flatMap((port) => {
    const found = interfaceOf(network.record, port.ofPort, model);
    const how = claimOf(network, port, model);
    const isOtherwise = driftFrom(network.spec, port.acls, found) !== undefined;
    return how === undefined
      ? []
      : [{ port, what: claimSentence(network.record, how), isOtherwise }];
  });
}

/** A claim in words, without a full stop. */
export function claimSentence(record: NetworkRecord, how: string): string {
  return `somebody has declared ${how} in datapath "${record.name}" of faucet.yaml`;
}

/** How somebody has declared the number of a port; undefined when nobody has, or it is our entry that was changed. */
export function claimOf(
  network: AttachedNetwork,
  port: Port,
  model: FaucetModel,
): string | undefined {
  const { ofPort } = port;
  const found = interfaceOf(network.record, ofPort, model);
  if (found === undefined) return undefined;
  if (found.key !== String(ofPort)) return `interface "${found.key}" with number ${ofPort}`;
  if (found.range !== undefined) return `the range "${found.range}" over number ${ofPort}`;
  return isInPlaceOfOurs(network, port, model) ? `interface ${ofPort}` : undefined;
}

/** Whether somebody has written an interface of his own in place of a free port's. */
export function isInPlaceOfOurs(network: AttachedNetwork, port: Port, model: FaucetModel): boolean {
  const found = interfaceOf(network.record, port.ofPort, model);
  return (
    port.endpoint === undefined &&
    found?.key === String(port.ofPort) &&
    !isPortDescription(found.description ?? '') &&
    driftFrom(network.spec, port.acls, found) !== undefined
  );
}

/** The edits that take away what we have written under numbers that we give up, and nothing of others. */
export function forgoneEdits(
  record: NetworkRecord,
  numbers: readonly number[],
  model: FaucetModel,
): Edit[] {
  const dp = record.name ?? '';
  return numbers.flatMap((ofPort) => {
    const found = interfaceOf(record, ofPort, model);
    const isTheirs =
      found?.key === String(ofPort) && !isPortDescription(String(found.raw.description ?? ''));
    return found === undefined || isTheirs ? [] : [removeInterface(dp, ofPort, { keyed: true })];
  });
}

/** Numbers of a network's datapath that others have declared: the pool keeps off them. */
export function declaredNumbers(spec: Pick<NetworkSpec, 'dpid'>, model: FaucetModel): number[] {
  const dp = [...model.dps.values()].find((item) => item.dpId === spec.dpid);
  return (dp?.interfaces ?? [])
    .filter((item) => item.range !== undefined || !isPortDescription(item.description ?? ''))
    .flatMap((item) => item.number ?? []);
}
