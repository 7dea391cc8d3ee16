import { columnsOf, longestLabel, shorten } from './label.ts';
import { needsAttention, sizes } from './theme.ts';
import type { TopologyBridge, TopologyGateway, TopologyPort } from './types.ts';

/** The text of a card or a bridge. `lines` are the short lines in the picture; the tooltip has everything. */
export interface CardText {
  readonly lines: readonly string[];
  readonly tooltip: string;
}

/** Returns the text of a port's card: name; address and MAC; VLAN, ACL, mirroring and a state that is highlighted. */
export function portText(port: TopologyPort): CardText {
  const addresses = [port.ip, port.mac].filter(isText).join('  ');
  const policy = [
    port.vlan === undefined ? undefined : `VLAN ${port.vlan}`,
    isText(port.acl) ? `ACL ${shorten(port.acl, 20)}` : undefined,
    port.mirrored === true ? 'mirrored' : undefined,
  ].filter(isText);
  const name = shorten(port.name, needsAttention(port) ? 18 : 28);
  const state = needsAttention(port) ? `  ${shorten(port.state ?? '', 12).toUpperCase()}` : '';
  const tooltip = [
    port.name,
    port.ip,
    port.mac,
    port.ofPort === undefined ? undefined : `port ${port.ofPort}`,
    port.vlan === undefined ? undefined : `VLAN ${port.vlan}`,
    isText(port.acl) ? `ACL ${port.acl}` : undefined,
    port.mirrored === true ? 'mirrored' : undefined,
    port.state,
  ];
  return {
    lines: [`${name}${state}`, addresses, policy.join('  ')].filter(isText),
    tooltip: tooltip.filter(isText).join(', '),
  };
}

/**
 * Returns the text of a bridge's box: network, bridge, mode with VLAN and container isolation, ACL on traffic that
 * leaves the VLAN, MTU and datapath, datapath id. Its MAC, controllers and ready ports are in the tooltip.
 */
export function bridgeText(bridge: TopologyBridge): CardText {
  const isNamed = isText(bridge.network) && bridge.network !== bridge.name;
  const mode = [
    bridge.mode,
    bridge.vlan === undefined ? undefined : `VLAN ${bridge.vlan}`,
    bridge.icc === false ? 'no icc' : undefined,
  ];
  const outAcl = isText(bridge.outAcl) ? `out ACL ${bridge.outAcl}` : undefined;
  const datapath = [
    bridge.mtu === undefined ? undefined : `MTU ${bridge.mtu}`,
    bridge.userspace === true ? 'userspace' : undefined,
  ];
  const dpid = isText(bridge.dpid) ? `dpid ${bridge.dpid}` : undefined;
  const lines = [
    shorten(isNamed ? (bridge.network ?? '') : bridge.name, 20),
    isNamed ? shorten(bridge.name, 22) : undefined,
    mode.filter(isText).join('  '),
    isText(outAcl) ? shorten(outAcl, 25) : undefined,
    datapath.filter(isText).join('  '),
    isText(dpid) ? shorten(dpid, 25) : undefined,
  ];
  const tooltip = [
    ...[bridge.network, bridge.name, bridge.mac, ...mode, outAcl, ...datapath, dpid],
    ...(bridge.controllers ?? []).map((target) => `controller ${target}`),
    bridge.readyPorts === undefined ? undefined : `${bridge.readyPorts} ports ready at least`,
  ];
  return { lines: lines.filter(isText), tooltip: tooltip.filter(isText).join(', ') };
}

/** Returns the text of a gateway's card: address, MAC and ACL of the local port. */
export function gatewayText(gateway: TopologyGateway): CardText {
  const acl = isText(gateway.acl) ? `ACL ${gateway.acl}` : undefined;
  const lines = [
    `gateway ${shorten(gateway.address, longestLabel - 8)}`,
    gateway.mac,
    isText(acl) ? shorten(acl, 24) : undefined,
  ];
  return {
    lines: lines.filter(isText),
    tooltip: ['gateway', gateway.address, gateway.mac, gateway.mode, acl].filter(isText).join(', '),
  };
}

/** Returns the width in points that a card needs for its lines. */
export function widthOf(text: CardText): number {
  const columns = Math.max(0, ...text.lines.map(columnsOf));
  return Math.max(sizes.cardMinWidth, columns * sizes.character + 20);
}

function isText(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
