import type { Host, Peer } from '@dovesnap/testkit';

/** A port without a container as `/networks` shows it. */
export interface ExternalPortStatus {
  readonly Name: string;
  readonly OFPort: number;
  readonly MacAddress: string;
  readonly Kind: string;
  readonly VirtualMachine: string;
  readonly Vlan: number;
  readonly Acl: string;
  readonly State: string;
  readonly Reason: string;
}

interface Status {
  readonly NetworkName: string;
  readonly Notes: readonly string[];
  readonly DynamicNetworkStates: {
    readonly ExternalPorts: Readonly<Record<string, ExternalPortStatus>>;
    readonly OtherBridgePorts: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
}

/** What `/networks` says of a network. */
export async function statusOf(host: Host, network: string): Promise<Status> {
  const all = (await host.daemon.status('/networks')) as Readonly<Record<string, Status>>;
  const found = Object.values(all).find((item) => item.NetworkName === network);
  if (found === undefined) throw new Error(`/networks does not show ${network}`);
  return found;
}

/** A network's external ports by name. */
export async function externalPorts(
  host: Host,
  network: string,
): Promise<Readonly<Record<string, ExternalPortStatus>>> {
  return (await statusOf(host, network)).DynamicNetworkStates.ExternalPorts;
}

/** Asks, in one broadcast frame with a VLAN tag, who has an address: ARP (RFC 826) in IEEE 802.1Q. */
export async function sendQuestion(
  peer: Peer,
  vid: number,
  from: string,
  address: string,
): Promise<void> {
  const script = `import socket, sys
vid, sender, target = int(sys.argv[1]), *map(socket.inet_aton, sys.argv[2:])
mac = bytes.fromhex("0e0000000077")
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
link.bind(("eth0", 0))
tag = bytes.fromhex("8100") + vid.to_bytes(2, "big")
question = bytes.fromhex("0001080006040001") + mac + sender + bytes(6) + target
link.send(b"\\xff" * 6 + mac + tag + bytes.fromhex("0806") + question)`;
  await peer.run('python3', ['-c', script, String(vid), from, address]);
}
