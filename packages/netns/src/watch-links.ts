import type { Child, Spawn } from '@dovesnap/command';
import { NetnsError, toNetnsError } from './error.ts';
import { inNamespace } from './namespace-path.ts';
import type { LinkNews, NamespaceTarget } from './types.ts';

/**
 * Yields each link that `ip monitor` reports, until the signal fires.
 * @throws NetnsError
 */
export async function* watchLinks(
  spawn: Spawn,
  target: NamespaceTarget | undefined,
  { signal, everywhere = false }: { readonly signal: AbortSignal; readonly everywhere?: boolean },
): AsyncGenerator<LinkNews, void> {
  if (signal.aborted) return;
  const [file, ...args] = inNamespace(target, [
    ...(['ip', '-oneline', 'monitor', 'link'] as const),
    ...(everywhere ? ['all-nsid'] : []),
  ]);
  const child = spawn(file, args, { signal });
  const said: string[] = [];
  try {
    for await (const { stream, text } of child.lines) {
      const news = stream === 'stdout' ? parseMonitorLine(text) : undefined;
      if (news !== undefined) yield news;
      else said.push(text);
      if (signal.aborted) return;
    }
    await explainEnd(child, target, signal, said.join('\n'));
  } finally {
    await child.close();
  }
}

async function explainEnd(
  child: Child,
  target: NamespaceTarget | undefined,
  signal: AbortSignal,
  said: string,
): Promise<void> {
  const exit = await child.exited.catch((cause: unknown) => {
    throw toNetnsError('links could not be watched', cause, { target });
  });
  if (signal.aborted) return;
  const how = said || `ip monitor ended with ${exit.code ?? exit.signal}`;
  const code = said.startsWith('nsenter:') ? 'NAMESPACE_GONE' : 'COMMAND';
  throw new NetnsError(code, `links could not be watched: ${how}`, { target });
}

/**
 * Parses a line of `ip -oneline monitor link`, iproute2 6.1: `8: w0@w1: <...`, `Deleted 8: w0@NONE: <...`. With
 * `all-nsid` also `[nsid 2]8: eth0@if9: <...` and, for this namespace, `[nsid current]8: ...`.
 */
export function parseMonitorLine(text: string): LinkNews | undefined {
  const line =
    /^(?:\[nsid (\d+|current)\])?(Deleted )?(\d+): ([^\s@:]+)(?:@([^\s:]+))?: <([^>\s]*)>?(.*)/;
  const [, namespace, deleted, ifindex, link, peer, flags = '', rest = ''] = line.exec(text) ?? [];
  if (link === undefined) return undefined;
  const namespaceId =
    namespace === undefined || namespace === 'current' ? undefined : Number(namespace);
  const news = { link, ifindex: Number(ifindex), namespaceId };
  if (deleted !== undefined) return news;
  const peerIfindex = /^if(\d+)$/.exec(peer ?? '')?.[1];
  const seen = {
    up: flags.split(',').includes('UP'),
    mac: / link\/ether ([0-9a-f:]{17}) /.exec(rest)?.[1],
    master: / master (\S+) /.exec(rest)?.[1],
    peerIfindex: peerIfindex === undefined ? undefined : Number(peerIfindex),
  };
  return { ...news, seen };
}
