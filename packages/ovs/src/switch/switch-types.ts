import type { Row } from '../ovsdb/ovsdb-types.ts';
import type { StringMap, Wait } from '../types.ts';
import type { ColumnValues } from './free-columns.ts';

/** How the switch forwards traffic while it has no connection to a controller. */
export type FailMode = 'secure' | 'standalone';

/** The datapath: `system` is the kernel datapath, `netdev` the userspace datapath. */
export type DatapathType = 'system' | 'netdev';

/**
 * How a bridge reaches a controller. OVS uses `in-band` when the row has no value. In-band control adds hidden flows
 * with action NORMAL above all other flows (ovs-vswitchd.conf.db(5), Controller, connection_mode).
 */
export type ConnectionMode = 'in-band' | 'out-of-band';

/** An OpenFlow controller of a bridge. */
export interface ControllerSpec {
  /** The address of the controller: `tcp:HOST:PORT`, `ssl:HOST:PORT` or `unix:PATH`. */
  readonly target: string;
  /** Longest delay between attempts to connect, in milliseconds (`max_backoff`). */
  readonly maxBackoff?: number | undefined;
  /** Idle time before the session is probed, in milliseconds (`inactivity_probe`); 0 disables the probe. */
  readonly inactivityProbe?: number | undefined;
  /** Packets per second sent to the controller, 100 or more (`controller_rate_limit`); ports share the rate fairly. */
  readonly rateLimit?: number | undefined;
  /** How the bridge reaches the controller (`connection_mode`). */
  readonly connectionMode?: ConnectionMode | undefined;
}

/** The wanted state of a bridge. Omitted fields are left unchanged. */
export interface BridgeSpec {
  readonly name: string;
  readonly datapathType?: DatapathType | undefined;
  readonly datapathId?: bigint | undefined;
  readonly failMode?: FailMode | undefined;
  /** The complete list; an empty list removes all controllers. */
  readonly controllers?: readonly ControllerSpec[] | undefined;
  /** MAC address of the local port (`other_config:hwaddr`). */
  readonly hwaddr?: string | undefined;
  /**
   * Whether the bridge runs without the hidden flows of in-band control, including those for managers
   * (`other_config:disable-in-band`).
   */
  readonly disableInBand?: boolean | undefined;
  /** Keys to set; other keys are kept. */
  readonly otherConfig?: StringMap | undefined;
  /** Keys to set; other keys are kept. */
  readonly externalIds?: StringMap | undefined;
  /** Requested MTU of the local port. */
  readonly mtu?: number | undefined;
  /** The complete list of VLANs that flood every frame and learn no MAC addresses (`flood_vlans`). */
  readonly floodVlans?: readonly number[] | undefined;
  /** The complete list of OpenFlow versions, e.g. `['OpenFlow13']`; with an empty list OVS decides (`protocols`). */
  readonly protocols?: readonly string[] | undefined;
  /** Other columns of the Bridge row; each value replaces the whole column. */
  readonly columns?: ColumnValues | undefined;
}

/** How a port handles VLAN tags; see `vlan_mode` in ovs-vswitchd.conf.db(5), Port. */
export type VlanMode = 'access' | 'native-tagged' | 'native-untagged' | 'trunk' | 'dot1q-tunnel';

/** The type of a port's interface. */
export type InterfaceType = '' | 'internal' | 'patch' | 'vxlan' | 'system' | (string & {});

/** The wanted state of a port and its one interface. Omitted fields are left unchanged. */
export interface PortSpec {
  readonly name: string;
  readonly type?: InterfaceType | undefined;
  readonly ofPortRequest?: number | undefined;
  /** The complete `options` of the interface, e.g. `peer` of a patch port. */
  readonly options?: StringMap | undefined;
  readonly mtu?: number | undefined;
  /** VLAN of untagged frames, for NORMAL forwarding (`tag` of the Port row). */
  readonly tag?: number | undefined;
  readonly vlanMode?: VlanMode | undefined;
  /** Whether NORMAL forwarding isolates the port from other protected ports (`protected` of the Port row). */
  readonly isProtected?: boolean | undefined;
  /**
   * The complete list of VLANs that a trunk carries, for NORMAL forwarding; an empty list means all (`trunks` of the
   * Port row).
   */
  readonly trunks?: readonly number[] | undefined;
  /** Keys to set on the Interface row; other keys are kept. */
  readonly externalIds?: StringMap | undefined;
  /** Keys to set in `other_config` of the Interface row; other keys are kept. */
  readonly otherConfig?: StringMap | undefined;
  /** Keys to set in `other_config` of the Port row; other keys are kept. */
  readonly portOtherConfig?: StringMap | undefined;
  /** Other columns of the Interface row; each value replaces the whole column. */
  readonly interfaceColumns?: ColumnValues | undefined;
  /** Other columns of the Port row; each value replaces the whole column. */
  readonly portColumns?: ColumnValues | undefined;
}

/**
 * The wanted state of a mirror. Ports are given by name. They must be on the mirror's bridge or be added in the same
 * transaction.
 */
export interface MirrorSpec {
  readonly name: string;
  /** Mirrors all frames. Default false. */
  readonly selectAll?: boolean | undefined;
  /** The complete list of ports whose incoming frames are mirrored. Default none. */
  readonly selectSrcPorts?: readonly string[] | undefined;
  /** The complete list of ports whose outgoing frames are mirrored. Default none. */
  readonly selectDstPorts?: readonly string[] | undefined;
  readonly outputPort: string;
  /** Keys to set; other keys are kept. */
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
  readonly trunks?: readonly number[] | undefined;
  /** Keys to set on the Interface row; other keys are kept. */
  readonly externalIds?: StringMap | undefined;
}

/** Two bridges connected by a pair of patch ports. */
export type PatchSpec = readonly [PatchEnd, PatchEnd];

/** The state of one interface, as reported by the database and ovs-vswitchd. */
export interface InterfaceState {
  readonly uuid: string;
  readonly name: string;
  readonly type: string;
  /**
   * The assigned OpenFlow port number. Undefined until ovs-vswitchd has added the interface, or when adding it failed.
   */
  readonly ofPort: number | undefined;
  readonly ofPortRequest: number | undefined;
  /** The reason why ovs-vswitchd could not open the device. */
  readonly error: string | undefined;
  readonly ifindex: number | undefined;
  readonly mac: string | undefined;
  readonly mtu: number | undefined;
  readonly mtuRequest: number | undefined;
  readonly adminState: 'up' | 'down' | undefined;
  readonly linkState: 'up' | 'down' | undefined;
  /**
   * Whether frames that the userspace datapath sends to this interface may be oversized TCP segments that still have to
   * be split (`status:tx_tcp_seg_offload`): true for devices of the system when userspace TSO is in effect. Undefined
   * when the interface does not report it (Open vSwitch 3.1, and local ports).
   */
  readonly cutsSegments: boolean | undefined;
  readonly options: StringMap;
  readonly otherConfig: StringMap;
  readonly externalIds: StringMap;
  /** The additional columns that were requested. */
  readonly columns: Row;
}

/** The state of one port of a bridge. Ports added by this package have one interface, of the same name. */
export interface PortState {
  readonly uuid: string;
  readonly name: string;
  readonly interfaces: readonly InterfaceState[];
  readonly tag: number | undefined;
  readonly vlanMode: VlanMode | undefined;
  readonly isProtected: boolean;
  /** In ascending order. */
  readonly trunks: readonly number[];
  readonly otherConfig: StringMap;
  readonly externalIds: StringMap;
  /** The additional columns that were requested. */
  readonly columns: Row;
}

/** The state of one controller row. */
export interface ControllerState {
  readonly uuid: string;
  readonly target: string;
  readonly connected: boolean;
  readonly maxBackoff: number | undefined;
  readonly inactivityProbe: number | undefined;
  readonly rateLimit: number | undefined;
  readonly connectionMode: ConnectionMode | undefined;
}

/** The state of one mirror row, with ports as names. */
export interface MirrorState {
  readonly uuid: string;
  readonly name: string;
  readonly selectAll: boolean;
  readonly selectSrcPorts: readonly string[];
  readonly selectDstPorts: readonly string[];
  readonly outputPort: string | undefined;
  readonly externalIds: StringMap;
}

/** The state of one bridge, including its ports, controllers and mirrors. */
export interface BridgeState {
  readonly uuid: string;
  readonly name: string;
  readonly datapathType: string;
  /** The datapath id in effect, as reported by ovs-vswitchd. */
  readonly datapathId: bigint | undefined;
  readonly failMode: FailMode | undefined;
  readonly controllers: readonly ControllerState[];
  readonly ports: readonly PortState[];
  readonly mirrors: readonly MirrorState[];
  /** In ascending order. */
  readonly floodVlans: readonly number[];
  /** OpenFlow versions, sorted. Empty when OVS decides. */
  readonly protocols: readonly string[];
  readonly otherConfig: StringMap;
  readonly externalIds: StringMap;
  /** The additional columns that were requested. */
  readonly columns: Row;
}

/** The whole switch as typed values: a pure function of the monitored rows. */
export interface SwitchState {
  readonly uuid: string;
  readonly nextCfg: number;
  readonly curCfg: number;
  /** The version, e.g. `3.1.0`. ovs-ctl writes it when it starts Open vSwitch. */
  readonly ovsVersion: string | undefined;
  /** Datapath types that ovs-vswitchd supports, e.g. `['netdev', 'system']`. */
  readonly datapathTypes: readonly string[];
  /**
   * Whether the userspace datapath is configured to leave segmentation and checksums to the links
   * (`other_config:userspace-tso-enable`). ovs-vswitchd reads this value when it starts, and some builds ignore it. TSO
   * is in effect when interfaces report it ({@link InterfaceState.cutsSegments}). When none reports it, TSO is in
   * effect if the tap device of a bridge's local port has a virtio header. From Open vSwitch 3.5 at the latest, the tap
   * device always has one.
   */
  readonly userspaceTsoRequested: boolean;
  readonly otherConfig: StringMap;
  readonly externalIds: StringMap;
  readonly bridges: readonly BridgeState[];
}

/**
 * The tables that this package uses, kept up to date by a monitor. A transaction's changes are in `current` before its
 * reply arrives, because ovsdb-server flushes monitors first.
 */
export interface SwitchReplica {
  /** The latest state. Undefined until the first synchronisation. While disconnected, the last known (stale) state. */
  readonly current: SwitchState | undefined;
  /** Whether `current` is up to date. */
  readonly synced: boolean;
  /**
   * Resolves with the first state for which `test` returns true, starting with the current one.
   * @throws OvsError TIMEOUT, ABORTED.
   */
  until(test: (state: SwitchState) => boolean, wait?: Wait): Promise<SwitchState>;
  /**
   * Yields the latest state after each batch of changes. Batches that arrive while the reader is busy are merged into
   * one.
   */
  changes(wait: { readonly signal: AbortSignal }): AsyncIterable<SwitchState>;
  close(): Promise<void>;
}
