/**
 * Returns an ARP announcement (RFC 5227, section 3) of an endpoint's address. The switch learns where the address is
 * now, and neighbours that had another MAC for it replace that. Undefined for an endpoint without an IPv4 address.
 */
export function gratuitousArp(endpoint: {
  readonly mac: string | undefined;
  readonly ipv4: string | undefined;
}): Uint8Array | undefined {
  const mac = endpoint.mac?.split(':').map((byte) => Number.parseInt(byte, 16));
  const address = endpoint.ipv4?.split('/')[0]?.split('.').map(Number);
  if (mac === undefined || address === undefined) return undefined;
  const broadcast = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
  const header = [...broadcast, ...mac, 0x08, 0x06];
  const request = [0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01];
  const body = [...request, ...mac, ...address, 0, 0, 0, 0, 0, 0, ...address];
  const frame = new Uint8Array(60);
  frame.set([...header, ...body]);
  return frame;
}
