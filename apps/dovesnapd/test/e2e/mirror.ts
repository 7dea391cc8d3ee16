import { capture, type Host, type Peer } from '@dovesnap/testkit';
import { reaches } from './lab.ts';

/** Label of a container that is to be mirrored. */
export const mirrored = (value: string): readonly string[] => [
  '--label',
  `dovesnap.faucet.mirror=${value}`,
];

/** The copies that come out of a mirror while something happens: frames with a VLAN tag. */
export async function copiesWhile(
  tap: Peer,
  act: () => Promise<unknown>,
): Promise<readonly string[]> {
  const seen = await capture(tap, 'eth0', { filter: 'vlan' });
  await act();
  return (await seen.stop()).map((frame) => frame.text);
}

/** The copies of one ping from a container that come out of a mirror. */
export async function echoesOf(
  host: Host,
  tap: Peer,
  from: string,
  to: string,
): Promise<readonly string[]> {
  const seen = await copiesWhile(tap, () => reaches(host, from, to));
  return seen.filter((text) => text.includes('ICMP echo'));
}
