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
  AclFlow,
  AclModel,
  AclRuleModel,
  ApplyResult,
  ApplyWait,
  DpModel,
  DpSpec,
  Edit,
  EditStep,
  FaucetModel,
  FaucetSnapshot,
  FaucetStatus,
  FaucetStore,
  InterfaceModel,
  InterfaceSpec,
  MeterModel,
  MetricSample,
  OpenedText,
  Problem,
  ProblemSeverity,
  ReadInclude,
  SourceOptions,
  VlanModel,
  VlanSpec,
  Wait,
  YamlValue,
} from './types.ts';
export type { Watching } from './watch.ts';
