import { expect, test } from 'vitest';
import { isAsMade, toldName } from '../../../src/plan/interfaces/told-link.ts';

const mac = '02:00:0a:09:00:02';
const seen = { up: true, mac, master: undefined, peerIfindex: 3 };
const news = { link: 'eth0', ifindex: 7, namespaceId: 5, seen };

test('the name of a container’s interface is that under which it comes up', () => {
  expect(toldName(news, { mac: mac.toUpperCase() }, 3)).toBe('eth0');
});

test.each([
  ['in the host’s own namespace', { ...news, namespaceId: undefined }, mac, 3],
  ['that is down', { ...news, seen: { ...seen, up: false } }, mac, 3],
  ['that is gone', { ...news, seen: undefined }, mac, 3],
  ['with another end', news, mac, 4],
  ['whose other end is not known', { ...news, seen: { ...seen, peerIfindex: undefined } }, mac, 3],
  ['with another MAC', news, '02:00:00:00:00:01', 3],
  ['without a MAC to know it by', news, undefined, 3],
  ['of a port that the switch does not know', news, mac, undefined],
])('a link %s tells no name', (_, told, own, hostIfindex) => {
  expect(toldName(told, { mac: own }, hostIfindex)).toBeUndefined();
});

test.each([
  [news, true],
  [{ ...news, link: 'lan0' }, false],
  [{ ...news, seen: undefined }, false],
  [{ ...news, seen: { ...seen, mac: '02:00:00:00:00:01' } }, false],
  [{ ...news, link: 'h', namespaceId: undefined, seen: { ...seen, mac: 'x' } }, true],
  [{ ...news, link: 'h', namespaceId: undefined, seen: { ...seen, master: 'br0' } }, false],
])('an end is as it was made if nothing else is heard of it: %o', (told, isSo) => {
  expect(isAsMade(told, { mac, containerLink: 'eth0' })).toBe(isSo);
});
