import type { StringMap, Wait } from '../types.ts';

/** What the switch does with traffic while no controller answers. */
export type FailMode = 'secure' | 'standalone';

/** The datapath: `system` is the kernel's, `netdev` runs in userspace. */
export type DatapathType = 'system' | 'netdev';

/** An OpenFlow controller of a bridge. */
export interface ControllerSpec {
  /** `tcp:HOST:PORT`, `ssl:HOST:PORT`, `unix:PATH`. */
  readonly target: string;
  /** Longest wait between two tries to connect, milliseconds (`max_backoff`). */
  readonly maxBackoff?: number | undefined;
  /** Idle time after which the session is probed, milliseconds (`inactivity_probe`); 0 never. */
  readonly inactivityProbe?: number | undefined;
  /** Packets that it is sent, per second, 100 or more (`controller_rate_limit`); ports share them fairly. */
  readonly rateLimit?: number | undefined;
}

/** A bridge as it is wanted. What is left out is not touched. */
export interface BridgeSpec {
  readonly name: string;
  readonly datapathType?: DatapathType | undefined;
  readonly datapathId?: bigint | undefined;
  readonly failMode?: FailMode | undefined;
  /** The complete list; an empty one takes all away. */
  readonly controllers?: readonly ControllerSpec[] | undefined;
  /** MAC of the local port (`other_config:hwaddr`). */
  readonly hwaddr?: string | undefined;
  /** Keys to set; other keys stay. */
  readonly otherConfig?: StringMap | undefined;
  /** Keys to set; other keys stay. */
  readonly externalIds?: StringMap | undefined;
  /** MTU asked for on the local port. */
  readonly mtu?: number | undefined;
  /** VLANs in which no MAC is learned and every frame is flooded: the complete list (`flood_vlans`). */
  readonly floodVlans?: readonly number[] | undefined;
}

/** How a port takes VLAN tags; see `vlan_mode` in ovs-vswitchd.conf.db(5), Port. */
export type VlanMode = 'access' | 'native-tagged' | 'native-untagged' | 'trunk' | 'dot1q-tunnel';

/** What kind of interface a port has. */
export type InterfaceType = '' | 'internal' | 'patch' | 'vxlan' | 'system' | (string & {});

/** A port with its one interface, as it is wanted. What is left out is not touched. */
export interface PortSpec {
  readonly name: string;
  readonly type?: InterfaceType | undefined;
  readonly ofPortRequest?: number | undefined;
  /** `options` of the interface, all of them, e.g. `peer` of a patch port. */
  readonly options?: StringMap | undefined;
  readonly mtu?: number | undefined;
  /** VLAN of frames without a tag, for NORMAL forwarding (`tag` of the Port row). */
  readonly tag?: number | undefined;
  readonly vlanMode?: VlanMode | undefined;
  /** Whether NORMAL forwarding keeps it apart from other protected ports (`protected` of the Port row). */
  readonly isProtected?: boolean | undefined;
  /** Keys to set on the Interface row; other keys stay. */
  readonly externalIds?: StringMap | undefined;
}

/** A mirror as it is wanted. Ports are named; they are on the mirror's bridge, or made in the same transaction. */
export interface MirrorSpec {
  readonly name: string;
  /** Mirror everything. Default false. */
  readonly selectAll?: boolean | undefined;
  /** Ports whose incoming frames are mirrored: the complete list. Default none. */
  readonly selectSrcPorts?: readonly string[] | undefined;
  /** Ports whose outgoing frames are mirrored: the complete list. Default none. */
  readonly selectDstPorts?: readonly string[] | undefined;
  readonly outputPort: string;
  /** Keys to set; other keys stay. */
  readonly externalIds?: StringMap | undefined;
}

/** One end of a patch pair. */
export interface PatchEnd {
  readonly bridge: string;
  readonly port: string;
  readonly ofPortRequest?: number | undefined;
  readonly tag?: number | undefined;
  readonly vlanMode?: VlanMode | undefined;
  readonly isProtected?: boolean | undefined;
  /** Keys to set on the Interface row; other keys stay. */
  readonly externalIds?: StringMap | undefined;
}

/** Two bridges joined by a pair of patch ports. */
export type PatchSpec = readonly [PatchEnd, PatchEnd];

/** One interface of the switch, as the database and ovs-vswitchd report it. */
export interface InterfaceState {
  readonly uuid: string;
  readonly name: string;
  readonly type: string;
  /** OpenFlow port number really given; undefined until ovs-vswitchd has taken it up, or when it failed to. */
  readonly ofPort: number | undefined;
  readonly ofPortRequest: number | undefined;
  /** Why ovs-vswitchd could not open the device. */
  readonly error: string | undefined;
  readonly ifindex: number | undefined;
  readonly mac: string | undefined;
  readonly mtu: number | undefined;
  readonly mtuRequest: number | undefined;
  readonly adminState: 'up' | 'down' | undefined;
  readonly linkState: 'up' | 'down' | undefined;
  readonly options: StringMap;
  readonly externalIds: StringMap;
}

/** One port of a bridge; ours have one interface of the same name. */
export interface PortState {
  readonly uuid: string;
  readonly name: string;
  readonly interfaces: readonly InterfaceState[];
  readonly tag: number | undefined;
  readonly vlanMode: VlanMode | undefined;
  readonly isProtected: boolean;
  readonly externalIds: StringMap;
}

/** One controller row. */
export interface ControllerState {
  readonly uuid: string;
  readonly target: string;
  readonly connected: boolean;
  readonly maxBackoff: number | undefined;
  readonly inactivityProbe: number | undefined;
  readonly rateLimit: number | undefined;
}

/** One mirror row, ports as names. */
export interface MirrorState {
  readonly uuid: string;
  readonly name: string;
  readonly selectAll: boolean;
  readonly selectSrcPorts: readonly string[];
  readonly selectDstPorts: readonly string[];
  readonly outputPort: string | undefined;
  readonly externalIds: StringMap;
}

/** One bridge with all that belongs to it. */
export interface BridgeState {
  readonly uuid: string;
  readonly name: string;
  readonly datapathType: string;
  /** The id in force as ovs-vswitchd reports it. */
  readonly datapathId: bigint | undefined;
  readonly failMode: FailMode | undefined;
  readonly controllers: readonly ControllerState[];
  readonly ports: readonly PortState[];
  readonly mirrors: readonly MirrorState[];
  /** In order. */
  readonly floodVlans: readonly number[];
  readonly otherConfig: StringMap;
  readonly externalIds: StringMap;
}

/** The whole switch as typed values: a pure function of the monitored rows. */
export interface SwitchState {
  readonly uuid: string;
  readonly nextCfg: number;
  readonly curCfg: number;
  /** e.g. `3.1.0`; ovs-ctl writes it when it starts Open vSwitch. */
  readonly ovsVersion: string | undefined;
  /** Datapath types that ovs-vswitchd can run, e.g. `['netdev', 'system']`. */
  readonly datapathTypes: readonly string[];
  /**
   * Whether the userspace datapath is asked to leave segments and checksums to the links
   * (`other_config:userspace-tso-enable`). In force only where the tap of a bridge's local port has a virtio header:
   * ovs-vswitchd takes the value up when it starts, and not in every build.
   */
  readonly userspaceTsoRequested: boolean;
  readonly otherConfig: StringMap;
  readonly externalIds: StringMap;
  readonly bridges: readonly BridgeState[];
}

/**
 * The tables we use, kept true by a monitor. An update is in `current` before the reply of the transaction that
 * caused it (ovsdb-server flushes monitors first), so what was just committed is seen.
 */
export interface SwitchReplica {
  /** The latest state. Undefined until the first synchronisation, kept (stale) while disconnected. */
  readonly current: SwitchState | undefined;
  /** Whether `current` is live. */
  readonly synced: boolean;
  /** Resolves with the first state for which `test` holds, the present one included. @throws OvsError TIMEOUT, ABORTED. */
  until(test: (state: SwitchState) => boolean, wait?: Wait): Promise<SwitchState>;
  /** The latest state after each batch of changes; batches that come while the reader works are merged into one. */
  changes(wait: { readonly signal: AbortSignal }): AsyncIterable<SwitchState>;
  close(): Promise<void>;
}
