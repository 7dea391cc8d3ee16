import type { FaucetModel } from '@dovesnap/faucet-config';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { vlanSettings } from '../../plan/faucet/vlan-settings.ts';
import { replaceNote } from '../core/notes.ts';
import type { Parts } from '../core/parts.ts';

/** Tells log and status what an operator has set for a network's VLAN, once a change, and when it is gone. */
export function sayVlanSettings(
  { log }: Pick<Parts, 'log'>,
  network: AttachedNetwork,
  model: FaucetModel | undefined,
): void {
  if (model === undefined) return;
  const sentence = vlanSettings(network.spec, model);
  const { vlan, bridge } = network.spec;
  const note = sentence === undefined ? undefined : { sentence, subject: { bridge, vlan } };
  const isNew = replaceNote({ log }, network, 'vlan settings', note);
  if (note !== undefined || !isNew) return;
  const subject = { network: network.record.name, bridge, vlan };
  log.info(subject, `faucet.yaml no longer configures VLAN ${vlan}`);
}
