import { describe, expect, test } from 'vitest';
import { checkLbPort, mirrorPort } from '../../../src/features/mirror/mirror-port.ts';
import { mirroredNetwork } from '../../../src/features/mirror/mirrored-network.ts';
import { sampleNetwork } from '../../plan/sample.ts';

/** A daemon on a machine without the kernel's datapath. */
function place(mirrorOut: string | undefined): Parameters<typeof checkLbPort>[0] {
  const machine = { hasKernelDatapath: () => false };
  return { config: { mirrorOut }, machine } as unknown as Parameters<typeof checkLbPort>[0];
}

const circumstances = [
  ['nothing is mirrored', undefined, true, false],
  ['the network is mirrored', 'eth9', true, false],
  ['the network is on the other datapath', 'eth9', false, false],
  ['its containers are kept apart', 'eth9', true, true],
] as const;

describe.each(circumstances)('while %s', (_, mirrorOut, userspace, isolated) => {
  const check = (lbPort: number) => () =>
    checkLbPort(place(mirrorOut), sampleNetwork({ isolated, lbPort, userspace }).spec);

  test.each([0, 4093, 70_000])('ovs.bridge.lbport cannot be %i', (lbPort) => {
    expect(check(lbPort)).toThrow(
      `option ovs.bridge.lbport cannot be "${lbPort}": accepted is a whole number from 1 to 4092`,
    );
  });

  test.each([1, 4092])('ovs.bridge.lbport may be %i', (lbPort) => {
    expect(check(lbPort)).not.toThrow();
  });
});

test('a network of before with a number out of range is not mirrored, and that is said', () => {
  const { spec } = sampleNetwork({ lbPort: 70_000 });
  expect(mirrorPort(place('eth9'), spec, true)).toEqual({
    port: undefined,
    notes: [
      'nothing is mirrored: ovs.bridge.lbport is 70000, and the link to the mirror needs a whole number from 1 to 4092',
    ],
  });
});

test.each([undefined, 77])(
  'the number is kept for the link, also while there is none: %s',
  (port) => {
    expect(mirroredNetwork(port, 77).reservedNumbers).toEqual([77]);
  },
);
