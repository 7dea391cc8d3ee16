import { describe, expect, test } from 'vitest';
import { noTreatments } from '../../../src/domain/treatments.ts';
import { copiesOutput } from '../../../src/features/mirror/mirror-flows.ts';
import { mirroredNetwork } from '../../../src/features/mirror/mirrored-network.ts';
import { sampleFlow, sampleNetwork } from '../../plan/sample.ts';
import { mirrored } from './mirrored.ts';

describe('copies', () => {
  const sent = 'push_vlan:0x8100,set_field:4196->vlan_vid,goto_table:2';
  const member = sampleFlow(1, 4096, 'in_port=7,vlan_tci=0x0000/0x1fff', sent);
  const rule = (priority: number, actions: string) => sampleFlow(0, priority, 'in_port=7', actions);
  const flood = { ...member, table: 4, match: 'dl_vlan=100' };
  const copiedFlood = { ...flood, actions: 'pop_vlan,output:7,output:8,output:99' };

  test('of what a port sends are made exactly when they are wanted', () => {
    const copied = { ...member, actions: `output:99,${member.actions}` };
    const isProven = (flow: typeof member, wanted: boolean) =>
      mirroredNetwork(99, 99).isProven?.(
        sampleNetwork(),
        { ofPort: 7, treatments: wanted ? mirrored : noTreatments },
        { ofPort: [flow], bridge: () => [copiedFlood] },
      );
    expect([isProven(copied, true), isProven(member, false)]).toEqual([true, true]);
    expect([isProven(copied, false), isProven(member, true)]).toEqual([false, false]);
    const elsewhere = { ...member, actions: `output:9,${member.actions}` };
    expect(isProven(elsewhere, true)).toBe(false);
    expect(mirroredNetwork(undefined, 99).isProven).toBeUndefined();
  });

  test('of what is sent to a port have to be there too', () => {
    const copied = { ...member, actions: `output:99,${member.actions}` };
    const port = { ofPort: 7, treatments: mirrored };
    const flows = { ofPort: [copied], bridge: () => [{ ...flood, actions: 'output:7' }] };
    expect(mirroredNetwork(99, 99).isProven?.(sampleNetwork(), port, flows)).toBe(false);
  });

  test('of what is sent to a port are made when each flow that does so makes one', () => {
    const copies = (flows: Parameters<typeof copiesOutput>[0]) =>
      copiesOutput(flows, { ofPort: 7, vlan: 100, mirror: 99 });
    const known = { ...flood, table: 3, actions: 'pop_vlan,output:99,output:7' };
    const uncopied = { ...flood, actions: 'pop_vlan,output:7' };
    expect(copies([copiedFlood, known])).toBe(true);
    expect(copies([copiedFlood, known, uncopied])).toBe(false);
    const fromMirrored = { ...uncopied, match: 'in_port=3,dl_vlan=100' };
    expect(copies([rule(20480, 'output:7'), fromMirrored, copiedFlood])).toBe(true);
    const fromCoprocessor = { ...uncopied, table: 2, match: 'dl_vlan=1007' };
    expect(copies([fromCoprocessor, copiedFlood])).toBe(true);
    expect(copies([member])).toBe(false);
  });
});
