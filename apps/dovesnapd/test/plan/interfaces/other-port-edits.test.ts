import { editText, parseFaucet } from '@dovesnap/faucet-config';
import type { InterfaceState } from '@dovesnap/ovs';
import { describe, expect, test } from 'vitest';
import { observeMachines } from '../../../src/domain/network-observation.ts';
import { recordNumbers } from '../../../src/domain/network-record.ts';
import { networkEdits, removalEdits } from '../../../src/plan/faucet/faucet-edits.ts';
import { findOtherPorts } from '../../../src/plan/interfaces/find-other-ports.ts';
import {
  hostPortEdits,
  otherPortEdits,
  portsOfNewDatapath,
} from '../../../src/plan/interfaces/other-port-edits.ts';
import { addPort, sampleHostPorts, sampleNetwork } from '../sample.ts';
import { brain, eth1, operator, port, stateWith } from './other-ports-sample.ts';

describe('the edits for such ports', () => {
  const vnet0 = (given: Partial<InterfaceState> = {}) => stateWith(port('vnet0', given));

  function edited(network = sampleNetwork(), state = vnet0(), text = operator): string {
    const model = parseFaucet(text);
    const ports = findOtherPorts(network, state, model);
    const edits = otherPortEdits(network, 'lab', ports, model);
    return editText(
      text,
      edits.map((item) => item.edit),
    );
  }

  test('put a port in, and are none the second time', () => {
    const network = sampleNetwork();
    const text = edited(network);
    recordNumbers(network.record, [{ ofPort: 20, name: 'vnet0' }]);
    const interfaces = parseFaucet(text).dps.get('lab')?.interfaces;
    expect(interfaces?.find((item) => item.number === 20)).toMatchObject({
      description: 'vnet0',
      nativeVlan: 100,
      aclsIn: ['dovesnap-allow-all'],
      opstatusReconf: true,
    });
    expect(edited(network, vnet0(), text)).toBe(text);
  });

  test('name a virtual machine where it is known', () => {
    const network = sampleNetwork();
    observeMachines(network.observation, new Map([['vnet0', 'desktop']]));
    expect(edited(network)).toContain('desktop');
  });

  test('take a port out that has gone or is closed, and leave the file as it was', () => {
    const network = sampleNetwork();
    const text = edited(network);
    recordNumbers(network.record, [{ ofPort: 20, name: 'vnet0' }]);
    expect(edited(network, stateWith(), text)).toBe(operator);
    const closed = { externalIds: { 'dovesnap.vlan': 'x' } };
    expect(edited(network, vnet0(closed), text)).toBe(operator);
  });

  test('never touch what the operator wrote, under a number in use or not', () => {
    expect(edited(sampleNetwork(), vnet0({ ofPort: 30 }))).toBe(operator);
    expect(edited(sampleNetwork(), stateWith())).toBe(operator);
  });

  test('are taken back from an operator’s datapath with the network', () => {
    const network = sampleNetwork({ dpid: 1n });
    const model = parseFaucet(operator);
    const pooled = [addPort(network, 40)];
    const text = edited(
      network,
      vnet0(),
      editText(operator, networkEdits(network, 'lab', pooled, 'engine', model)),
    );
    recordNumbers(network.record, [{ ofPort: 20, name: 'vnet0' }]);
    const gone = removalEdits(network, 'lab', 'engine', parseFaucet(text));
    const left = parseFaucet(editText(text, gone)).dps.get('lab');
    expect(left).toEqual(model.dps.get('lab'));
  });

  test('put the options’ ports in with a new datapath, and only then', () => {
    const network = sampleNetwork({ features: [sampleHostPorts(eth1, brain)] });
    const state = stateWith(port('eth1', { ofPort: 5 }), port('brain', { ofPort: 6 }));
    const before = 'acls:\n  web:\n    - rule: {actions: {allow: 1}}\n';
    const model = parseFaucet(before);
    expect(portsOfNewDatapath(network, 'lab', state, model)).toMatchObject([
      { name: 'eth1', ofPort: 5 },
      { name: 'brain', ofPort: 6 },
    ]);
    // Not before their numbers are on record as ours.
    expect(hostPortEdits(network, 'lab', state, model)).toEqual([]);
    recordNumbers(network.record, [
      { ofPort: 5, name: 'eth1' },
      { ofPort: 6, name: 'brain' },
    ]);
    const text = editText(before, [
      ...networkEdits(network, 'lab', [addPort(network, 1)], 'engine', model),
      ...hostPortEdits(network, 'lab', state, model),
    ]);
    const interfaces = parseFaucet(text).dps.get('lab')?.interfaces;
    expect(interfaces?.find((item) => item.number === 5)).toMatchObject({ nativeVlan: 20 });
    expect(interfaces?.find((item) => item.number === 6)).toMatchObject({
      coprocessor: true,
      nativeVlan: undefined,
    });
    expect(hostPortEdits(network, 'lab', state, parseFaucet(text))).toEqual([]);
  });
});
