import { expect, test } from 'vitest';
import { observeTxOffload } from '../../../src/domain/network-observation.ts';
import { rebuildPorts } from '../../../src/services/pool/rebuild-ports.ts';
import { addPort } from '../../plan/sample.ts';
import { linksBed } from './links-bed.ts';

test('a port gets a veth of its own beside the old one, which then goes', async () => {
  const { network, parts, veths } = linksBed();
  const port = addPort(network, 1, { phase: 'dirty' });
  const before = port.hostLink;
  veths.set(before, { tx: false });
  await rebuildPorts(parts, network, [port]);
  expect([port.flows, port.txOffload]).toEqual(['awaited', true]);
  expect(port.hostLink).not.toBe(before);
  expect([...veths]).toEqual([[port.hostLink, { tx: true }]]);
});

test('after an exchange that failed half-way the veth of before is gone, and not taken for a fresh one', async () => {
  const { network, parts, veths, attached } = linksBed();
  const port = addPort(network, 1, { phase: 'dirty' });
  const before = port.hostLink;
  veths.set(before, { tx: false });
  attached.mockRejectedValueOnce(new Error('could not open network device'));
  await expect(rebuildPorts(parts, network, [port])).rejects.toThrow('could not open');
  // The port may go before it is rebuilt again, and with it only the veth that it has.
  expect([...veths.keys()]).toEqual([port.hostLink]);
  await rebuildPorts(parts, network, [port]);
  expect(port.hostLink).toBe(before);
  expect([...veths]).toEqual([[before, { tx: true }]]);
});

test('a port for which the switch changed in the meantime is to be made once more', async () => {
  const { network, parts, attached } = linksBed();
  const port = addPort(network, 1, { phase: 'dirty' });
  attached.mockImplementationOnce(async () => {
    observeTxOffload(network.observation, false);
  });
  await rebuildPorts(parts, network, [port]);
  expect(port.phase).toBe('dirty');
  await rebuildPorts(parts, network, [port]);
  expect([port.flows, port.txOffload]).toEqual(['awaited', false]);
});
