import type { Child, Spawn } from '@dovesnap/command';
import { NetnsError, toNetnsError } from './error.ts';
import { inNamespace } from './namespace-path.ts';
import type { NamespaceTarget } from './types.ts';

/** Yields the name of each link that `ip monitor` reports, until the signal fires. @throws NetnsError */
export async function* watchLinks(
  spawn: Spawn,
  target: NamespaceTarget | undefined,
  signal: AbortSignal,
): AsyncGenerator<{ readonly link: string }, void> {
  if (signal.aborted) return;
  const [file, ...args] = inNamespace(target, ['ip', '-oneline', 'monitor', 'link']);
  const child = spawn(file, args, { signal });
  const said: string[] = [];
  try {
    for await (const { stream, text } of child.lines) {
      const link = stream === 'stdout' ? parseMonitorLine(text) : undefined;
      if (link !== undefined) yield { link };
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

/** Reads a line of `ip -oneline monitor link`, iproute2 6.1: `8: w0@w1: <...`, `Deleted 8: w0@NONE: <...`. */
export function parseMonitorLine(text: string): string | undefined {
  return /^(?:Deleted )?\d+: ([^\s@:]+)(?:@[^\s:]+)?: </.exec(text)?.[1];
}
