import { type ContainerPolicy, parseContainerLabels } from '../src/domain/container-labels.ts';
import type { Treatment } from '../src/domain/treatments.ts';

/** The words of a command as a shell gives them to a program. */
export function wordsOf(command: string): readonly string[] {
  return [...command.matchAll(/(?:[^\s"\\]|"[^"]*")+/g)].map(([word]) => word.replaceAll('"', ''));
}

/** The values of a flag of the docker client, in all the ways in which it takes them. */
export function valuesOf(words: readonly string[], ...names: readonly string[]): readonly string[] {
  return words.flatMap((word, index) => {
    if (names.includes(word)) return words[index + 1] ?? '';
    const long = names.find((name) => word.startsWith(`${name}=`));
    return long === undefined ? [] : word.slice(long.length + 1);
  });
}

/** Keys with their values, of texts such as `key=value`. */
export function pairsOf(texts: readonly string[]): Readonly<Record<string, string>> {
  const pairs = texts.map((text) => [text.split('=')[0], text.split('=').slice(1).join('=')]);
  return Object.fromEntries(pairs);
}

/** What the labels of a `docker run` ask for on a network whose features have these treatments. */
export function policyOfRun(
  command: string,
  networkName: string,
  treatments: readonly Treatment[],
): ContainerPolicy {
  const labels = pairsOf(valuesOf(wordsOf(command), '-l', '--label'));
  const context = { networkName, treatments, imageLabels: {}, trustImageLabels: false };
  return parseContainerLabels(labels, context);
}
