import type { Ofctl } from '@dovesnap/ovs';
import { describe, expect, test } from 'vitest';
import type { Port } from '../../src/domain/attached-network.ts';
import { type ForgetMovedMac, forgetMovedMac } from '../../src/services/moved-macs.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../plan/sample.ts';
import { recordingLog } from '../recording-log.ts';

const mac = '02:42:0A:09:00:02';

describe('forgetMovedMac', () => {
  test('takes the way to the old port away when a MAC comes to another one', async () => {
    const { forget, deleted, network } = setUp();
    await forget(network, portWith(1));
    await forget(network, portWith(2));
    expect(deleted).toEqual(['odsbra1b2c3d4a1: dl_vlan=100,dl_dst=02:42:0a:09:00:02,out_port=1']);
  });

  test('leaves a MAC alone that is new, or back on its port', async () => {
    const { forget, deleted, network } = setUp();
    await forget(network, portWith(1));
    await forget(network, portWith(1));
    expect(deleted).toEqual([]);
  });

  test('keeps networks apart', async () => {
    const { forget, deleted, network } = setUp();
    await forget(network, portWith(1));
    await forget(sampleNetwork(), portWith(2));
    expect(deleted).toEqual([]);
  });

  test('does not keep a port closed when the switch refuses', async () => {
    const { network } = setUp();
    const log = recordingLog();
    const refuse = async (): Promise<void> => {
      throw new Error('no');
    };
    const forget = forgetMovedMac({ log, ofctl: { deleteFlows: refuse } as unknown as Ofctl });
    await forget(network, portWith(1));
    await forget(network, portWith(2));
    expect(log.lines).toMatchObject([
      { level: 'warn', message: 'the old place of a MAC stays known' },
    ]);
  });
});

function portWith(ofPort: number): Port {
  return addPort(sampleNetwork(), ofPort, { endpoint: sampleEndpoint({ mac }) });
}

function setUp(): {
  forget: ForgetMovedMac;
  deleted: string[];
  network: ReturnType<typeof sampleNetwork>;
} {
  const deleted: string[] = [];
  const deleteFlows: Ofctl['deleteFlows'] = async (bridge, filters) => {
    deleted.push(...filters.map((filter) => `${bridge}: ${filter.match}`));
  };
  const ofctl = { deleteFlows } as unknown as Ofctl;
  const forget = forgetMovedMac({ log: recordingLog(), ofctl });
  return { forget, deleted, network: sampleNetwork() };
}
