export { NatError, type NatErrorCode } from './error.ts';
export { ensureNat, openFirewall } from './firewall.ts';
export { planNat, planNatRemoval, renderNat } from './plan-nat.ts';
export type {
  Backend,
  ChainState,
  ChangesOptions,
  Clock,
  Family,
  Firewall,
  FirewallOptions,
  NatNetwork,
  NatPlan,
  ObservedNat,
  PublishedPort,
  RuleChange,
  RuleText,
  Wait,
  WantedNat,
} from './types.ts';
