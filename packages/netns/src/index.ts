export type {
  Change,
  Link,
  LinkAddress,
  LinkSettings,
  NamespaceTarget,
  Netns,
  NetnsOptions,
  Route,
  RouteSpec,
  Wait,
} from './types.ts';
