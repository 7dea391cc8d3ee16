import type { Link } from '@dovesnap/netns';
import { expect, test } from 'vitest';
import { linkRemark } from '../../../src/plan/interfaces/link-remark.ts';

const link = { name: 'lan1', up: true, running: true } as Link;

test.each([
  ['nothing of one that carries frames', link, undefined],
  ['nothing of one on the kernel’s switch', { ...link, master: 'ovs-system' }, undefined],
  ['that it is gone', undefined, 'this host no longer has an interface of that name'],
  ['that it was set down', { ...link, up: false, running: false }, 'it is down'],
  ['that nothing is at its other end', { ...link, running: false }, 'it has no carrier'],
  ['that another bridge has it', { ...link, master: 'br0' }, 'it is on bridge br0 too'],
])('a host interface of a network is told %s', (_, now, remark) => {
  expect(linkRemark(now, 'odsbr1')).toBe(remark);
});
