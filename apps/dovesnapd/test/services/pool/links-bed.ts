import type { Change } from '@dovesnap/netns';
import { vi } from 'vitest';
import type { AttachedNetwork } from '../../../src/domain/attached-network.ts';
import { observeTxOffload } from '../../../src/domain/network-observation.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import { sampleNetwork } from '../../plan/sample.ts';
import { recordingLog } from '../../recording-log.ts';
import { turnsInOrder } from '../turns-in-order.ts';

/** A network on a host whose veths are names: like the kernel it keeps a veth that is there when it is to be added. */
export function linksBed() {
  const network: AttachedNetwork = sampleNetwork();
  observeTxOffload(network.observation, true);
  /** Host ends, and whether the veth leaves checksums to the switch. */
  const veths = new Map<string, { tx: boolean }>();
  const seals = new Set<string>();
  const apply = (change: Change): void => {
    if (change.kind === 'add-veth' && !veths.has(change.name)) veths.set(change.name, { tx: true });
    if (change.kind === 'remove-link') veths.delete(change.name);
    if (change.kind === 'seal-link') seals.add(change.link);
    if (change.kind === 'unseal-link') seals.delete(change.link);
    if (change.kind !== 'set-offload') return;
    const veth = veths.get(change.link.replace('odc', 'ods'));
    if (veth !== undefined) veth.tx = change.tx;
  };
  const attached = vi.fn(async (): Promise<void> => undefined);
  const parts = {
    log: recordingLog(),
    turns: turnsInOrder(),
    config: { attachTimeout: 1000 },
    signal: new AbortController().signal,
    engineId: async () => network.spec.engineId,
    host: {
      apply: async (changes: readonly Change[]) => changes.forEach(apply),
      links: async () =>
        [...veths.keys()].flatMap((name) => [{ name }, { name: name.replace('ods', 'odc') }]),
      seals: async () => [...seals],
    },
    ovs: {
      live: true,
      state: () => ({ bridges: [] }),
      commit: async () => undefined,
      until: attached,
    },
  } as unknown as Parts;
  return { network, parts, veths, seals, attached };
}
