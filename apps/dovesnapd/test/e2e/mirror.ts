import { capture, type Frame, type Host, type Peer, until } from '@dovesnap/testkit';
import { expect } from 'vitest';
import { addressOf, inContainer } from './lab.ts';
import { networkStatus } from './network-status.ts';
import { reaches } from './reaches.ts';

/** Many times what a copy takes, milliseconds. */
const lateMs = 10_000;

/** Label of a container that is to be mirrored. */
export const mirrored = (value: string): readonly string[] => [
  '--label',
  `dovesnap.faucet.mirror=${value}`,
];

/**
 * The copies that come out of a mirror while something happens: frames with a VLAN tag. The switch may send a copy after the
 * frame itself: so many echoes as are expected are waited for, as long as any may take.
 */
export async function copiesWhile(
  tap: Peer,
  act: () => Promise<unknown>,
  echoes: number | (() => number) = 0,
): Promise<readonly string[]> {
  const wanted = typeof echoes === 'number' ? () => echoes : echoes;
  const seen = await capture(tap, 'eth0', { filter: 'vlan' });
  await act();
  const areThere = () => seen.frames.entries.filter(isEcho).length >= wanted();
  // Whoever expects them says what is missing.
  await until(areThere, { what: 'the copies', deadline: lateMs }).catch(() => undefined);
  return (await seen.stop()).map((frame) => frame.text);
}

function isEcho({ text }: Frame): boolean {
  return text.includes('ICMP echo');
}

/** The copies of one ping from a container that come out of a mirror. */
export async function echoesOf(
  host: Host,
  tap: Peer,
  from: string,
  to: string,
  echoes = 0,
): Promise<readonly string[]> {
  const seen = await copiesWhile(tap, () => reaches(host, from, to), echoes);
  return seen.filter((text) => text.includes('ICMP echo'));
}

/** Expects three pings between two containers, and their replies, to come out of a mirror once each, with a VLAN's tag. */
export async function expectCopied(
  host: Host,
  tap: Peer,
  [from, to]: readonly [string, string],
  where: { readonly network: string; readonly vlan: number },
): Promise<void> {
  const source = await addressOf(host, from, where.network);
  const target = await addressOf(host, to, where.network);
  const seen = await copiesWhile(
    tap,
    async () => {
      await inContainer(host, from, 'ping', '-c', '3', '-W', '1', target);
    },
    6,
  );
  const echoes = seen.filter((text) => text.includes('ICMP echo'));
  expect(echoes.filter((text) => text.includes(`${source} > ${target}`))).toHaveLength(3);
  expect(echoes.filter((text) => text.includes(`${target} > ${source}`))).toHaveLength(3);
  for (const text of echoes) expect(text).toContain(`vlan ${where.vlan}, `);
}

/** Resolves when a network has nothing to complain of about the mirror. */
export async function untilMirrorReady(host: Host, network: string): Promise<void> {
  await until(
    async () => {
      const notes = (await networkStatus(host, network))?.Notes.filter((note) =>
        /mirror/.test(note),
      );
      if (notes?.length === 0) return true;
      throw new Error(notes?.join());
    },
    { what: 'a mirror' },
  );
}
