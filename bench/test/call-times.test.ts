import { expect, test } from 'vitest';
import { callTimes, troubles } from '../src/call-times.ts';

const lines = [
  { level: 'info', msg: 'dovesnapd listens' },
  { level: 'info', call: 'CreateEndpoint', milliseconds: 2.5, msg: 'CreateEndpoint answered' },
  { level: 'info', call: 'Join', milliseconds: 9, msg: 'Join answered' },
  { level: 'warn', call: 'Join', milliseconds: 12, msg: 'Join failed: no such ACL' },
  { level: 'warn', phase: 'pending', reason: 'Faucet does not answer', msg: 'the port is closed' },
  { level: 'warn', msg: 'something else' },
  { level: 'info', call: 'Leave', milliseconds: 4, msg: 'Leave answered' },
];

test('the times of the endpoint calls are taken from the log, failed calls too', () => {
  expect(callTimes(lines)).toEqual({
    CreateEndpoint: [2.5],
    Join: [9, 12],
    Leave: [4],
    DeleteEndpoint: [],
  });
});

test('failed calls and closed ports are told, with their reasons', () => {
  expect(troubles(lines)).toEqual(['Join failed: no such ACL', 'Faucet does not answer']);
});
