import { type Change, NetnsError } from '@dovesnap/netns';
import type { Port } from '../../domain/attached-network.ts';
import type { Parts } from '../core/parts.ts';

/** A change of the link that it is given the name of. */
export type MakeChange = (link: string) => Change;

/**
 * Changes the container's end of a port's veth, wherever it is by now. Answers whether it was found: a link on its way
 * into the container cannot be. @throws NetnsError.
 */
export async function changeContainerEnd(
  parts: Parts,
  port: Port,
  makeChange: MakeChange,
): Promise<boolean> {
  return (
    (await changeOnHost(parts, port, makeChange)) || (await changeInside(parts, port, makeChange))
  );
}

/** Changes the container's end while it is still on the host. Answers whether it is. @throws NetnsError. */
export async function changeOnHost(
  parts: Parts,
  port: Port,
  makeChange: MakeChange,
): Promise<boolean> {
  try {
    await parts.host.apply([makeChange(port.peerLink)]);
    return true;
  } catch (error) {
    if (error instanceof NetnsError && error.code === 'LINK_NOT_FOUND') return false;
    throw error;
  }
}

/** The index of a link survives its way into the container, its name does not. */
async function changeInside(parts: Parts, port: Port, makeChange: MakeChange): Promise<boolean> {
  const id = port.endpoint?.container?.id;
  const pid = id === undefined ? undefined : await parts.docker.containerPid(id).catch(noAnswer);
  const host = await parts.host.link(port.hostLink);
  if (pid === undefined || host === undefined) return false;
  const inside = parts.inside(pid);
  const link = (await inside.links()).find((item) => item.ifindex === host.peerIfindex);
  if (link === undefined) return false;
  await inside.apply([makeChange(link.name)]);
  return true;
}

/** Docker answers nothing about a container while it starts it. */
function noAnswer(): undefined {
  return undefined;
}
