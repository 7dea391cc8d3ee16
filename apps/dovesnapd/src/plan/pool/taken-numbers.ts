import { findBridge, type SwitchState } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { named } from '../../domain/words.ts';

/** A port of ours whose OpenFlow number another port of the bridge has. */
export interface TakenNumber {
  readonly port: Port;
  /** One sentence without a full stop. */
  readonly what: string;
}

/**
 * The ports of a network that go under another number than their own. Open vSwitch gives a number that two ports ask for
 * to whichever it opens first: after each of its starts, that may be the other one.
 */
export function takenNumbers(network: AttachedNetwork, state: SwitchState): TakenNumber[] {
  const rows = (findBridge(state, network.spec.bridge)?.ports ?? []).flatMap(
    ({ name, interfaces }) => interfaces.map((item) => ({ name, ofPort: item.ofPort })),
  );
  const given = new Map(rows.map(({ name, ofPort }) => [name, ofPort]));
  return [...network.ports.values()].flatMap((port) => {
    const { ofPort, hostLink } = port;
    const other = given.get(hostLink);
    if (other === undefined || other === ofPort) return [];
    const holder = rows.find((row) => row.ofPort === ofPort)?.name;
    return holder === undefined
      ? [{ port, what: `Open vSwitch gave port ${hostLink} number ${other} and not ${ofPort}` }]
      : [{ port, what: `port ${named(holder)} of the bridge has OpenFlow number ${ofPort}` }];
  });
}
