import type { Link } from '@dovesnap/netns';
import type { TakenDevice } from '../../domain/other-ports.ts';
import { takenDevice } from '../../plan/interfaces/taken-devices.ts';
import type { Parts } from '../core/parts.ts';

/** Reads what a host interface is and has now, to be remembered before it is taken. @throws NetnsError. */
export async function takenNow(
  { host, clock }: Pick<Parts, 'host' | 'clock'>,
  link: Link,
): Promise<TakenDevice> {
  const merging = await host.merging(link.name);
  return takenDevice(link, { routes: await host.routes(), merging, now: clock.now() });
}
