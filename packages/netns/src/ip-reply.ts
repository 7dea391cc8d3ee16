/** One line of a batch that failed. */
export interface Failure {
  /** Counted from 0. */
  readonly index: number;
  readonly text: string;
}

const failedLine = /^Command failed .*:(\d+)$/;

/** Parses the output of ip 6.1 for each failed line: the reason, then `Command failed FILE:LINE`. */
export function parseFailures(stderr: string): readonly Failure[] {
  const failures: Failure[] = [];
  let text: string[] = [];
  for (const line of stderr.split('\n')) {
    const number = failedLine.exec(line)?.[1];
    if (number === undefined) text.push(line);
    else {
      failures.push({ index: Number(number) - 1, text: text.join('\n').trim() });
      text = [];
    }
  }
  return failures;
}

/** The result of one request to the long-lived `ip`. */
export interface Reply {
  /** Why the line failed. Undefined when it did not. */
  readonly failure: string | undefined;
  /** Whether ip still takes a name for a link that is gone. */
  readonly stale: boolean;
}

/**
 * No object of ip begins with this word, so ip refuses it and does nothing. As errors go to the same stream, its refusal
 * ends the reply to everything before it.
 */
const endWord = 'done';

/**
 * Formats a request: the line, and what has to be said around it.
 *
 * ip keeps the index of each name that it has looked up. With a name that has since passed to another link, it would
 * change the old one (iproute2 6.1 and 6.15, `lib/ll_map.c`). `link set` without settings does nothing to the link and
 * makes ip forget it.
 */
export function formatRequest(line: string, links: readonly string[]): string {
  const forget = links.map((link) => `link set dev ${link}`);
  return [...forget, line, endWord].map((text) => `${text}\n`).join('');
}

/** Returns whether these lines of standard error are a complete reply. */
export function isReplyEnd(lines: readonly string[]): boolean {
  const [refused, failed] = lines.slice(-2);
  return (
    refused?.startsWith(`Object "${endWord}" is unknown`) === true && failedLine.test(failed ?? '')
  );
}

/** Parses a complete reply to {@link formatRequest}. */
export function parseReply(lines: readonly string[]): Reply {
  const failures = parseFailures(lines.join('\n'));
  const own = (failures.at(-1)?.index ?? 0) - 1;
  return {
    failure: failures.find(({ index }) => index === own)?.text,
    stale: failures.some(({ index, text }) => index < own && !text.includes('Cannot find device')),
  };
}

/** Returns what ip said after the last failed line: the reason when it ended by itself. */
export function lastWords(lines: readonly string[]): string {
  const start = lines.findLastIndex((line) => failedLine.test(line)) + 1;
  return lines.slice(start).join('\n').trim();
}
