import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import type { Parts } from '../parts.ts';
import type { Attachments } from './attachments.ts';

/**
 * Closes an open port, which is written anew and seen before it is opened again; a free one, too, before it is taken.
 * One that is being made anew goes on to be.
 */
export async function suspendPort(
  parts: Pick<Parts, 'serial'>,
  attachments: Pick<Attachments, 'suspend'>,
  network: AttachedNetwork,
  port: Port,
  reason: string,
): Promise<void> {
  const { endpoint } = port;
  if (endpoint === undefined) {
    if (port.phase === 'ready') port.phase = 'warming';
    return;
  }
  await parts.serial.run(`endpoint:${endpoint.id}`, async () => {
    if (port.endpoint !== endpoint || endpoint.phase !== 'open') return;
    await attachments.suspend(network, port, reason);
    port.phase = 'warming';
  });
}
