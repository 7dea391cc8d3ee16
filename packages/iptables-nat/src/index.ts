export type {
  Backend,
  ChainState,
  Family,
  Firewall,
  NatNetwork,
  NatPlan,
  ObservedNat,
  PublishedPort,
  RuleText,
  Wait,
  WantedNat,
} from './types.ts';
