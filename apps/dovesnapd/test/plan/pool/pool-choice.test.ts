import { describe, expect, test } from 'vitest';
import { allowAllAcl } from '../../../src/domain/names.ts';
import { bestPort, betterPort, newPorts, shortage } from '../../../src/plan/pool/pool-choice.ts';
import { marked } from '../../sample-treatments.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../sample.ts';

describe('how many ports a network lacks', () => {
  test('is eight for a new network', () => {
    expect(shortage(sampleNetwork(), 0, [allowAllAcl])).toBe(8);
  });

  test('is none while four are free or on their way', () => {
    const network = sampleNetwork();
    for (const ofPort of [1, 2, 3]) addPort(network, ofPort);
    addPort(network, 4, { phase: 'dirty' });
    expect(shortage(network, 0, [allowAllAcl])).toBe(0);
  });

  test('is an eighth of the ports where that is more than eight', () => {
    const network = sampleNetwork();
    for (let ofPort = 1; ofPort <= 160; ofPort++) {
      addPort(network, ofPort, { endpoint: sampleEndpoint({ id: `${ofPort}` }) });
    }
    expect(shortage(network, 0, [allowAllAcl])).toBe(20);
  });

  test('covers everyone who waits', () => {
    expect(shortage(sampleNetwork(), 50, [allowAllAcl])).toBe(54);
  });

  test('counts no free port that has kept the ACL of a label', () => {
    const network = sampleNetwork();
    for (let ofPort = 1; ofPort <= 8; ofPort++) addPort(network, ofPort, { acls: ['guard'] });
    expect(shortage(network, 0, [allowAllAcl])).toBe(8);
  });

  test('keeps as many free as preallocate_ports says', () => {
    const network = sampleNetwork({ preallocatePorts: 20 });
    for (const ofPort of [1, 2, 3, 4, 5, 6]) addPort(network, ofPort);
    expect(shortage(network, 0, [allowAllAcl])).toBe(14);
  });
});

describe('the port that an endpoint gets', () => {
  test('is the longest unused of the ready ones with the default policy', () => {
    const network = sampleNetwork();
    addPort(network, 1, { freedAt: 300 });
    addPort(network, 2, { freedAt: 200 });
    addPort(network, 3, { freedAt: 100, acls: ['web'] });
    expect(bestPort(network, [allowAllAcl])?.ofPort).toBe(2);
  });

  test('is one that carries the label policy already, where there is one', () => {
    const network = sampleNetwork();
    addPort(network, 1);
    addPort(network, 2, { acls: ['web'] });
    const taken = addPort(network, 3, { phase: 'claimed', endpoint: sampleEndpoint() });
    expect(betterPort(network, taken, ['web'])?.ofPort).toBe(2);
    expect(betterPort(network, taken, ['db'])).toBeUndefined();
    expect(betterPort(network, taken, taken.acls)).toBeUndefined();
  });

  test('is a warming one rather than none, and never a taken or dirty one', () => {
    const network = sampleNetwork();
    addPort(network, 1, { endpoint: sampleEndpoint() });
    addPort(network, 2, { phase: 'dirty' });
    expect(bestPort(network, [allowAllAcl])).toBeUndefined();
    addPort(network, 3, { flows: 'awaited' });
    expect(bestPort(network, [allowAllAcl])?.ofPort).toBe(3);
  });

  test('is never one with a treatment, nor does such a one count as free', () => {
    const network = sampleNetwork();
    for (const ofPort of [1, 2, 3, 4]) addPort(network, ofPort, { treatments: marked });
    addPort(network, 5, { flows: 'awaited', treatments: marked });
    expect(bestPort(network, [allowAllAcl])).toBeUndefined();
    expect(shortage(network, 0, [allowAllAcl])).toBe(8);
  });
});

describe('new ports', () => {
  test('take the lowest free numbers and leave a feature its own', () => {
    const network = sampleNetwork({ features: [{ name: 'sample', reservedNumbers: [99] }] });
    for (let ofPort = 1; ofPort <= 97; ofPort++) addPort(network, ofPort);
    const numbers = newPorts(network, 3, [allowAllAcl], []).map((port) => port.ofPort);
    expect(numbers).toEqual([98, 100, 101]);
    expect(newPorts(sampleNetwork(), 2, [], [2]).map((port) => port.ofPort)).toEqual([1, 3]);
  });

  test('have names that fit an interface', () => {
    for (const port of newPorts(sampleNetwork(), 8, [], [])) {
      expect(port.hostLink).toHaveLength(15);
      expect(port.peerLink).toHaveLength(15);
    }
  });
});
