import { expect, it } from 'vitest';
import { eventLine } from '../../src/status/event-line.ts';
import { stringifyExact } from '../../src/status/json.ts';
import { networksView } from '../../src/status/networks-view.ts';
import { event, mynet, NET, unknown, WEB, web } from './views.ts';

const state = stringifyExact(networksView([mynet], '13A26F')[NET]);

it('is the Go driver’s line, with the network as /networks shows it', () => {
  expect(eventLine(event('CREATE'), '13A26F')).toBe(
    `{"Version":1,"Time":1700000000,"Msg":{"NetworkState":${state},"Type":"NETWORK","Operation":"CREATE","Details":null}}`,
  );
});

it.each([
  ['DELETE', undefined, 'NETWORK', 'null'],
  [
    'JOIN',
    web,
    'CONTAINER',
    `{"name":"/web","id":"${WEB}","port":"7","mac":"0e:00:00:00:00:02","ip":"10.9.0.2"}`,
  ],
  ['LEAVE', web, 'CONTAINER', `{"name":"/web","id":"${WEB}","port":"7"}`],
  ['LEAVE', unknown, 'CONTAINER', '{"name":"","id":"","port":"8"}'],
] as const)('tells of %s who it is', (operation, endpoint, type, details) => {
  expect(eventLine(event(operation, { endpoint }), '13A26F')).toContain(
    `"Type":"${type}","Operation":"${operation}","Details":${details}}}`,
  );
});
