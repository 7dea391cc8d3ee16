import { CommandError, type CommandErrorCode } from '@dovesnap/command';
import type { Change, NamespaceTarget } from './types.ts';

/** The reason for a failure. The README lists the codes with their meanings. */
export type NetnsErrorCode =
  | 'LINK_NOT_FOUND'
  | 'NAMESPACE_GONE'
  | 'EXISTS'
  | 'BUSY'
  | 'BAD_VALUE'
  | 'NOT_PERMITTED'
  | 'NOT_INSTALLED'
  | 'COMMAND'
  | 'TIMEOUT'
  | 'ABORTED';

/** The subject of an error. */
export interface NetnsErrorSubject {
  /** The change that failed. */
  readonly change?: Change | undefined;
  readonly target?: NamespaceTarget | undefined;
  readonly cause?: unknown;
}

/** A failed read or change of a namespace. */
export class NetnsError extends Error {
  override readonly name = 'NetnsError';
  readonly code: NetnsErrorCode;
  /** The change that failed. Undefined for a read. */
  readonly change: Change | undefined;
  /** The namespace. Undefined for the namespace of this process. */
  readonly target: NamespaceTarget | undefined;

  constructor(code: NetnsErrorCode, message: string, subject: NetnsErrorSubject = {}) {
    super(message, { cause: subject.cause });
    this.code = code;
    this.change = subject.change;
    this.target = subject.target;
  }
}

/** Messages of iproute2 6.1, util-linux 2.38, ethtool 6.1, procps 4.0 and nftables 1.0. The first match counts. */
const toolTexts: readonly (readonly [RegExp, NetnsErrorCode])[] = [
  [/Operation not permitted|Permission denied|must be root/, 'NOT_PERMITTED'],
  [/nsenter: failed to execute/, 'NOT_INSTALLED'],
  [/nsenter: (cannot open|reassociate)/, 'NAMESPACE_GONE'],
  [/Invalid "netns" value/, 'NAMESPACE_GONE'],
  [/Cannot find device|does not exist|No such device|no device matches name/, 'LINK_NOT_FOUND'],
  [/File exists|already assigned/i, 'EXISTS'],
  [/Device or resource busy/, 'BUSY'],
  [/is wrong|Invalid argument|Cannot assign requested address|invalid gateway/i, 'BAD_VALUE'],
  [/out of range|greater than device maximum|less than device minimum/, 'BAD_VALUE'],
];

/** Returns the code for a message of `ip`, `nsenter`, `ethtool`, `sysctl` or `nft`. */
export function codeOfToolText(text: string): NetnsErrorCode {
  return toolTexts.find(([pattern]) => pattern.test(text))?.[1] ?? 'COMMAND';
}

/** Converts an error of `run` to a NetnsError that says what was attempted. */
export function toNetnsError(
  tried: string,
  cause: unknown,
  subject: NetnsErrorSubject = {},
): NetnsError {
  if (cause instanceof NetnsError) return cause;
  if (!(cause instanceof CommandError)) {
    return new NetnsError('COMMAND', `${tried}: ${String(cause)}`, { ...subject, cause });
  }
  const codes: Readonly<Record<Exclude<CommandErrorCode, 'EXIT'>, NetnsErrorCode>> = {
    NOT_FOUND: 'NOT_INSTALLED',
    BAD_ARGUMENT: 'BAD_VALUE',
    TIMEOUT: 'TIMEOUT',
    ABORTED: 'ABORTED',
  };
  const code = cause.code === 'EXIT' ? codeOfToolText(cause.stderr) : codes[cause.code];
  const why = cause.code === 'EXIT' ? cause.stderr.trim() || cause.message : cause.message;
  return new NetnsError(code, `${tried}: ${why}`, { ...subject, cause });
}
