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
} from './edit/edit.ts';
export { placeholderDp } from './edit/edit-text.ts';
export type {
  DpSpec,
  Edit,
  EditStep,
  InterfaceSpec,
  OpenedText,
  VlanSpec,
} from './edit/edit-types.ts';
export {
  FaucetConfigError,
  type FaucetConfigErrorCode,
  type FaucetConfigErrorDetails,
} from './error.ts';
export { type ConfigFiles, realFiles } from './file.ts';
export { checkGauge } from './gauge/check-gauge.ts';
export { editGauge, type GaugeSpec } from './gauge/edit-gauge.ts';
export { type GaugeConfig, type GaugeDb, type GaugeWatcher, parseGauge } from './gauge/gauge.ts';
export { type GaugeStore, openGaugeConfig } from './gauge/gauge-store.ts';
export { expectedAclFlows } from './model/acl-flows.ts';
export { checkConfig, editText, openText, parseFaucet } from './open-text.ts';
export { introducedProblems } from './problem.ts';
export type { ProblemCode } from './problem-code.ts';
export { type Fetch, type MetricSample, parseMetrics, readMetrics } from './reload/metrics.ts';
export type { ReloadProcess } from './reload/reload-process.ts';
export { type FaucetStoreOptions, openFaucetConfig } from './store/store.ts';
export type {
  ApplyResult,
  ApplyWait,
  FaucetSnapshot,
  FaucetStatus,
  FaucetStore,
} from './store/store-types.ts';
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
  RouterModel,
  SourceOptions,
  VlanModel,
  Wait,
  YamlValue,
} from './types.ts';
export type { Watching } from './watch.ts';
