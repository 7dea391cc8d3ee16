import { bare, type Hex, octets } from '../packets.ts';

/** Somebody on the network that frames are sent on. */
interface Station {
  readonly mac: string;
  readonly ip: string;
  readonly ip6: string;
}

/** Who is on the network. */
export interface Stations {
  readonly self: Station;
  readonly neighbour: Station;
  readonly gateway: Station;
  /** MAC of the host's end of the sender's link. */
  readonly hostEnd: string;
  readonly vlan: number;
}

/** A frame of the table in docs/frames.md, under its name there. */
export interface NamedFrame {
  readonly name: string;
  /** All octets; `mark` is to be in them, early enough for what the switch sends Faucet (96 octets). */
  readonly build: (at: Stations, mark: Hex) => Hex;
  /** What it is known by, where it has no room for a mark. */
  readonly knownBy?: (at: Stations) => Hex;
}

/** What a frame is known by wherever it turns up: `frame` and its number. */
export function markOf(index: number): Hex {
  return `${Buffer.from('frame').toString('hex')}${octets(index, 2)}`;
}

/** A frame from the sender's own MAC. */
export function frame(
  name: string,
  to: string | ((at: Stations) => string),
  rest: (at: Stations, mark: Hex) => Hex,
): NamedFrame {
  return {
    name,
    build: (at, mark) =>
      `${bare(typeof to === 'string' ? to : to(at))}${bare(at.self.mac)}${rest(at, mark)}`,
  };
}

/** The MAC of the neighbour, and that of the gateway. */
export const toNeighbour = ({ neighbour }: Stations): string => neighbour.mac;
export const toGateway = ({ gateway }: Stations): string => gateway.mac;

/** So many octets of nothing. */
export function zeros(count: number): Hex {
  return '00'.repeat(count);
}
