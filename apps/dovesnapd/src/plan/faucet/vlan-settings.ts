import type { FaucetModel, RouterModel, VlanModel } from '@dovesnap/faucet-config';
import { vlanMark } from '../../domain/names.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import { quoted } from '../../domain/words.ts';
import { entryOf, isMarked } from './vlan-out-acls.ts';

/** Keys of a VLAN that change nothing of what passes. */
const names = new Set(['vid', 'name', 'description']);

/** Old names of keys, and the ones that took their place. */
const newNames: Readonly<Record<string, string>> = { acl_in: 'acls_in', acl_out: 'acls_out' };

/**
 * What an operator has set in faucet.yaml for the VLAN of a network, which holds for the network too, as a VLAN is one
 * object on all datapaths; one sentence without a full stop, undefined when there is nothing.
 */
export function vlanSettings(spec: NetworkSpec, model: FaucetModel): string | undefined {
  const { vlan, isVlanGiven } = spec;
  const entry = entryOf(model, vlan);
  const settings = [
    ...(entry === undefined ? [] : settingsOf(entry, vlanMark(spec.engineId))),
    ...[...model.routers.values()]
      .filter((router) => isOn(router, vlan, entry))
      .map(({ name, vlans }) => `router ${quoted(name)} of VLANs ${vlans.join(', ')}`),
  ];
  if (settings.length === 0) return undefined;
  const hint = isVlanGiven ? '' : '; without ovs.bridge.vlan every network is on it';
  return `what faucet.yaml says of VLAN ${vlan} holds for this network too: ${settings.join('; ')}${hint}`;
}

function settingsOf(entry: VlanModel, mark: string): string[] {
  return Object.entries(entry.raw).flatMap(([written, value]) => {
    const key = newNames[written] ?? written;
    if (names.has(key) || value === null) return [];
    if (key === 'acls_out' && isMarked(entry, mark)) return [];
    const list = Array.isArray(value) ? value : [value];
    return list.length === 0 ? [] : [`${key} ${list.map(show).join(', ')}`];
  });
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[\w./:-]{1,80}$/.test(text) ? text : quoted(text);
}

function isOn({ vlans }: RouterModel, vlan: number, entry: VlanModel | undefined): boolean {
  const called = [entry?.key, entry?.raw.name];
  return vlans.some((one) => one === vlan || (typeof one === 'string' && called.includes(one)));
}
