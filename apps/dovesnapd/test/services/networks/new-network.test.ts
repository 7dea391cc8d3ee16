import { expect, test } from 'vitest';
import type { Feature } from '../../../src/services/core/feature.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import { checkIsServed, newNetwork } from '../../../src/services/networks/new-network.ts';
import { refusal, request } from '../../domain/network-request.ts';
import { sampleUplink, sentencesOf } from '../../plan/sample.ts';
import { recordingLog } from '../../recording-log.ts';

const parts = {
  log: recordingLog(),
  docker: { serving: false },
  machine: { hasKernelDatapath: () => false, uplinkMtu: async () => 1500 },
  host: { link: async () => ({ mtu: 1400 }) },
  config: { controllers: [] },
} as unknown as Parts;

/** The feature of the sample uplink. */
const uplink: Feature = { what: 'the uplink', on: () => ({ feature: sampleUplink('eth1') }) };

const made = (options: Readonly<Record<string, string>>, ...features: readonly Feature[]) =>
  newNetwork(parts, features, request(options), { createdAt: 1000, engineId: 'engine' });

test.each([
  ['com.docker.network.bridge.enable_icc', 'false'],
  ['ovs.bridge.bind_interface', 'eth1'],
  ['ovs.bridge.add_ports', 'eth1/7'],
  ['ovs.bridge.add_copro_ports', 'eth1'],
])(
  'what %s asks for is refused, or said of a network of before, where nothing does it',
  async (key, value) => {
    const network = await made({ [key]: value });
    const why = `option ${key}="${value}" is not supported by this daemon`;
    expect(refusal(() => checkIsServed(network.spec))).toEqual({
      code: 'NOT_SUPPORTED',
      message: why,
    });
    expect(sentencesOf(network)).toEqual([why]);
  },
);

test('what a feature does is served, and its uplink decides about the MTU', async () => {
  const network = await made({ 'ovs.bridge.bind_interface': 'eth1' }, uplink);
  checkIsServed(network.spec);
  expect(network.notes.size).toBe(0);
  expect(network.spec.mtu).toBe(1400);
  expect((await made({})).spec.mtu).toBe(1500);
});
