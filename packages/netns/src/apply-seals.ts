import { CommandError } from '@dovesnap/command';
import { NetnsError, toNetnsError } from './error.ts';
import type { Namespace } from './namespace.ts';
import {
  formatSettings,
  parseSeals,
  type SealChange,
  sealRules,
  sealSettings,
  sealTable,
} from './seal.ts';
import type { WriteSetting } from './types.ts';

/**
 * Seals and unseals links. Writes the settings without a program where possible. Removes the table with the last seal.
 * @throws NetnsError
 */
export async function applySeals(
  namespace: Namespace,
  changes: readonly SealChange[],
): Promise<void> {
  if (namespace.writeSetting === undefined) await runSysctl(namespace, changes);
  else await writeSettings(namespace, changes, namespace.writeSetting);
  try {
    await namespace.inSealTurn(async () => {
      // A link that is being unsealed loses its chain on purpose, and whoever hears of it may ask at once.
      for (const { kind, link } of changes)
        if (kind === 'unseal-link') namespace.sealed.delete(link);
      await namespace.run(['nft', '-f', '-'], sealRules(changes));
      for (const { kind, link } of changes) if (kind === 'seal-link') namespace.sealed.add(link);
      const unsealed = changes.some(({ kind }) => kind === 'unseal-link');
      if (unsealed && namespace.sealed.size === 0) await removeEmptyTable(namespace);
    });
  } catch (cause) {
    if (!hasNoNetdevFamily(cause)) throw failed(namespace, changes, cause);
  }
}

/** Removes the table if it is empty, which nft cannot do in one command. */
async function removeEmptyTable(namespace: Namespace): Promise<void> {
  const table = ['table', 'netdev', sealTable] as const;
  const { stdout } = await namespace.run(['nft', '-j', 'list', ...table]);
  if (parseSeals(stdout).length === 0) await namespace.run(['nft', 'delete', ...table]);
}

async function writeSettings(
  namespace: Namespace,
  changes: readonly SealChange[],
  write: WriteSetting,
): Promise<void> {
  for (const { change, name, value } of sealSettings(changes)) {
    try {
      await write(name, value);
    } catch (cause) {
      const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
      // Without IPv6 in the kernel there is nothing to block; a link that no longer exists needs no unsealing.
      if (isMissing && (change.kind === 'unseal-link' || name.startsWith('net/ipv6/'))) continue;
      const subject = { change, target: namespace.target, cause };
      const why = cause instanceof Error ? cause.message : String(cause);
      const code = isMissing ? 'LINK_NOT_FOUND' : 'COMMAND';
      throw new NetnsError(code, `${describe(change)}: ${why}`, subject);
    }
  }
}

async function runSysctl(namespace: Namespace, changes: readonly SealChange[]): Promise<void> {
  try {
    await namespace.run(['sysctl', '-q', '-p', '-'], formatSettings(sealSettings(changes)));
  } catch (cause) {
    if (!(cause instanceof CommandError) || cause.code !== 'EXIT') {
      throw failed(namespace, changes, cause);
    }
    const serious = cause.stderr.split('\n').filter((line) => isSerious(line, changes));
    if (serious.length === 0) return;
    const change = changes.find(({ link }) => serious[0]?.includes(`/conf/${link}/`));
    const code = serious[0]?.includes('cannot stat') ? 'LINK_NOT_FOUND' : 'COMMAND';
    const subject = { change: change ?? changes[0], target: namespace.target, cause };
    throw new NetnsError(code, `${describe(change ?? changes[0])}: ${serious[0]}`, subject);
  }
}

/**
 * Returns whether a line of sysctl is a failure. Without IPv6 in the kernel there is nothing to block; a link that no
 * longer exists needs no unsealing.
 */
function isSerious(line: string, changes: readonly SealChange[]): boolean {
  const missing = /cannot stat \/proc\/sys\/net\/(ipv[46])\/conf\/([^/]+)\//.exec(line);
  if (missing === null) return line.trim() !== '';
  const kind = changes.find(({ link }) => link === missing[2])?.kind;
  return kind === 'seal-link' && missing[1] === 'ipv4';
}

function hasNoNetdevFamily(cause: unknown): boolean {
  if (!(cause instanceof CommandError)) return false;
  // nftables 1.0.6 on a kernel built without NFT_NETDEV.
  return (
    cause.code === 'NOT_FOUND' ||
    /(Operation|Protocol) not supported|failed to execute nft/.test(cause.stderr)
  );
}

function failed(namespace: Namespace, changes: readonly SealChange[], cause: unknown): NetnsError {
  const text = cause instanceof CommandError ? cause.stderr : '';
  const change = changes.find(({ link }) => text.includes(`"${link}"`)) ?? changes[0];
  return toNetnsError(describe(change), cause, { change, target: namespace.target });
}

function describe(change: SealChange | undefined): string {
  return `${change?.link} could not be ${change?.kind === 'unseal-link' ? 'un' : ''}sealed`;
}
