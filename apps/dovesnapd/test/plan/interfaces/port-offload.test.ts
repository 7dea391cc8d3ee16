import type { SwitchState } from '@dovesnap/ovs';
import { expect, test } from 'vitest';
import type { AttachedNetwork } from '../../../src/domain/attached-network.ts';
import { observeTxOffload } from '../../../src/domain/network-observation.ts';
import {
  hasOtherOffload,
  isTsoInForce,
  leavesOffloads,
} from '../../../src/plan/interfaces/port-offload.ts';
import { sampleNetwork } from '../sample.ts';

test.each([
  ['is asked for and the tap has a virtio header', true, true, true],
  ['is asked for and the tap has none', true, false, false],
  ['is asked for and nobody can say what the tap has', true, undefined, false],
  ['is not asked for, whatever the tap has kept', false, true, false],
])('TSO that %s', (_what, userspaceTsoRequested, vnetHeader, expected) => {
  expect(isTsoInForce({ userspaceTsoRequested, bridges: [] }, { vnetHeader })).toBe(expected);
});

/** A switch with TSO asked for, whose ports say so: one of a bridge of the kernel's datapath, and one of ours. */
function telling(kernel: boolean | undefined, ours: boolean | undefined) {
  const bridge = (datapathType: string, cutsSegments: boolean | undefined) => ({
    datapathType,
    ports: [
      { interfaces: [{ type: 'internal', cutsSegments: undefined }] },
      { interfaces: [{ type: '', cutsSegments }] },
    ],
  });
  const bridges = [bridge('system', kernel), bridge('netdev', ours)];
  return { userspaceTsoRequested: true, bridges } as unknown as SwitchState;
}

test.each([
  ['a port says that it is', true, true],
  ['a port says that it is not: it was asked for while the switch ran', false, false],
  ['no port says anything', undefined, true],
])('TSO that is asked for, with a virtio header, when %s', (_what, ours, expected) => {
  expect(isTsoInForce(telling(!expected, ours), { vnetHeader: true })).toBe(expected);
});

function networkWith(userspace: boolean, txOffload: boolean | undefined): AttachedNetwork {
  const network = sampleNetwork({ userspace });
  if (txOffload !== undefined) observeTxOffload(network.observation, txOffload);
  return network;
}

test.each([
  [false, undefined, true],
  [true, undefined, false],
  [true, false, false],
  [true, true, true],
])(
  'a port of a bridge with userspace %s and TSO %s leaves its checksums: %s',
  (userspace, txOffload, expected) => {
    expect(leavesOffloads(networkWith(userspace, txOffload))).toBe(expected);
  },
);

test.each([
  ['made as this switch wants it', true, false, false, false],
  ['made for a switch with TSO', true, false, true, true],
  ['of which nobody knows', true, false, undefined, true],
  ['of a switch that was not looked at', true, undefined, true, false],
  ['of the kernel', false, undefined, undefined, false],
])('a port %s', (_what, userspace, inForce, txOffload, expected) => {
  expect(hasOtherOffload(networkWith(userspace, inForce), { txOffload })).toBe(expected);
});
