import type { Link } from '@dovesnap/netns';
import { describe, expect, test } from 'vitest';
import { linkTrouble } from '../../../src/plan/interfaces/link-trouble.ts';

const endpoint = { mac: '02:00:0a:09:00:02', containerLink: 'eth0' };
const host = { name: 'ods1', up: true } as Link;
const inside = { name: 'eth0', up: true, mac: endpoint.mac } as Link;

describe('the link of a container', () => {
  test.each([
    ['as it was made', { host, inside }],
    ['on the kernel’s switch', { host: { ...host, master: 'ovs-system' }, inside }],
    ['called something else inside', { host, inside: { ...inside, name: 'lan0' } }],
  ])('is in order when it is %s', (_, ends) => {
    expect(linkTrouble(endpoint, ends)).toBeUndefined();
  });

  test.each([
    ['has lost eth0: the link was deleted', { host: undefined, inside: undefined }],
    ['is cut off: ods1, the host', { host: { ...host, up: false }, inside }],
    ['is on bridge br9', { host: { ...host, master: 'br9' }, inside }],
    ['has lost eth0: it is in another network namespace', { host, inside: undefined }],
    ['has taken eth0 down', { host, inside: { ...inside, up: false } }],
  ])('is cut where the container %s', (what, ends) => {
    expect(linkTrouble(endpoint, ends)).toEqual({
      what: expect.stringContaining(what),
      isCut: true,
    });
  });

  test('carries frames under another MAC, which is said', () => {
    const ends = { host, inside: { ...inside, mac: '02:00:00:00:00:77' } };
    expect(linkTrouble(endpoint, ends)).toEqual({
      what: 'has given eth0 the MAC 02:00:00:00:00:77 instead of 02:00:0a:09:00:02',
      isCut: false,
    });
    expect(linkTrouble({ ...endpoint, mac: undefined }, ends)).toBeUndefined();
  });
});
