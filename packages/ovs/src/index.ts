export { type Clock, systemClock } from './clock.ts';
export { parseTarget } from './controller-target.ts';
export { formatDatapathId, parseDatapathId } from './datapath-id.ts';
export { isOvsError, OvsError, type OvsErrorCode, type OvsErrorDetails } from './error.ts';
export type { ConnectBridge } from './flow/direct-switch.ts';
export { formatFlow, formatFlowFilter, inPortOf, parseFlow } from './flow/flow.ts';
export type {
  Flow,
  FlowChange,
  FlowEdit,
  FlowFilter,
  FlowSpec,
  FlowTracker,
  PacketOut,
} from './flow/flow-types.ts';
export { type Ofctl, type OfctlOptions, ofctl } from './flow/ofctl.ts';
export { type FlowTrackerOptions, openFlowTracker } from './flow/open-flow-tracker.ts';
export { freeOfPort, freeOfPorts, type OfPortRange } from './free-of-port.ts';
export { usedColumns } from './ovsdb/columns.ts';
export { type Connect, socketConnect } from './ovsdb/connect.ts';
export type { Backoff } from './ovsdb/link.ts';
export { connectOvsdb, type OvsdbOptions, openOvsdb } from './ovsdb/open-ovsdb.ts';
export type {
  ConnectionState,
  DatabaseLock,
  MonitorRequest,
  OperationResult,
  Ovsdb,
  Row,
  RowChange,
  RowListener,
} from './ovsdb/ovsdb-types.ts';
export type { OvsdbTarget } from './ovsdb/target.ts';
export {
  type EnsureOptions,
  ensure,
  ensureBridge,
  ensurePatch,
  ensurePort,
  ensurePorts,
  removeBridge,
  removePort,
  removePorts,
} from './switch/ensure.ts';
export { findBridge, findPort } from './switch/find.ts';
export type { ColumnValue, ColumnValues } from './switch/free-columns.ts';
export { openSwitchReplica, type SwitchReplicaOptions } from './switch/open-switch-replica.ts';
export type { MapChanges } from './switch/operations.ts';
export { planBridge, planRemoveBridge } from './switch/plan-bridge.ts';
export { planExternalIds, planNextCfg, type RecordTable } from './switch/plan-external-ids.ts';
export { planMirror, planRemoveMirror } from './switch/plan-mirror.ts';
export { planOutOfBand } from './switch/plan-out-of-band.ts';
export { planPatch, planPorts, planRemovePorts } from './switch/plan-ports.ts';
export type { EnsuredPort } from './switch/read-ports.ts';
export { type ReadOptions, readSwitch } from './switch/read-switch.ts';
export { type Rows, toSwitchState } from './switch/switch-builder.ts';
export type {
  BridgeSpec,
  BridgeState,
  ConnectionMode,
  ControllerSpec,
  ControllerState,
  DatapathType,
  FailMode,
  InterfaceState,
  InterfaceType,
  MirrorSpec,
  MirrorState,
  PatchEnd,
  PatchSpec,
  PortSpec,
  PortState,
  SwitchReplica,
  SwitchState,
  VlanMode,
} from './switch/switch-types.ts';
export { transactAndWait, waitForOvs } from './switch/transact-and-wait.ts';
export type { Operation, StringMap, Wait } from './types.ts';
