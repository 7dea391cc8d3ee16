export { expectedAclFlows } from './acl-flows.ts';
export type { Clock } from './clock.ts';
export {
  removeAcl,
  removeDp,
  removeInterface,
  removeInterfaceRange,
  removeVlan,
  setAcl,
  setDp,
  setInterface,
  setInterfaceRange,
  setVlan,
} from './edit.ts';
export { placeholderDp } from './edit-text.ts';
export type { DpSpec, Edit, EditStep, InterfaceSpec, OpenedText, VlanSpec } from './edit-types.ts';
export {
  FaucetConfigError,
  type FaucetConfigErrorCode,
  type FaucetConfigErrorDetails,
} from './error.ts';
export { type ConfigFiles, realFiles } from './file.ts';
export { type GaugeConfig, type GaugeDb, type GaugeWatcher, parseGauge } from './gauge.ts';
export { checkGauge } from './gauge-check.ts';
export { editGauge, type GaugeSpec } from './gauge-edit.ts';
export { type GaugeStore, openGaugeConfig } from './gauge-store.ts';
export { type Fetch, parseMetrics, readMetrics } from './metrics.ts';
export { checkConfig, editText, openText, parseFaucet } from './open-text.ts';
export { introducedProblems } from './problem.ts';
export type { ProblemCode } from './problem-code.ts';
export type { ReloadProcess } from './reload-process.ts';
export { type FaucetStoreOptions, openFaucetConfig } from './store.ts';
export type {
  ApplyResult,
  ApplyWait,
  FaucetSnapshot,
  FaucetStatus,
  FaucetStore,
  MetricSample,
  Wait,
} from './store-types.ts';
export type {
  AclFlow,
  AclModel,
  AclRuleModel,
  DpModel,
  FaucetModel,
  InterfaceModel,
  MeterModel,
  Problem,
  ProblemSeverity,
  ReadInclude,
  SourceOptions,
  VlanModel,
  YamlValue,
} from './types.ts';
export type { Watching } from './watch.ts';
