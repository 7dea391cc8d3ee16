import { type AttachedNetwork, isOpenTo, type Port } from '../../domain/attached-network.ts';
import { tellPort } from '../../domain/port-life.ts';
import type { Parts } from '../core/parts.ts';
import type { Attachments } from './attachments.ts';

/**
 * Closes an open port, which is rewritten and seen before it is opened again; a free one, too, before it is taken.
 * A rebuild under way goes on.
 */
export async function suspendPort(
  parts: Pick<Parts, 'turns'>,
  attachments: Pick<Attachments, 'suspend'>,
  network: AttachedNetwork,
  port: Port,
  reason: string,
): Promise<void> {
  const { endpoint } = port;
  if (endpoint === undefined) {
    tellPort(port, { kind: 'doubted' });
    return;
  }
  await parts.turns.take(['endpoint', endpoint.id], async () => {
    if (!isOpenTo(port, endpoint)) return;
    await attachments.suspend(network, port, reason);
    tellPort(port, { kind: 'doubted' });
  });
}
