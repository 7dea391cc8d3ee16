export {
  addAddress,
  addRoute,
  addVeth,
  removeAddress,
  removeLink,
  removeRoute,
  sealLink,
  setLink,
  setMerging,
  setOffload,
  unsealLink,
} from './changes.ts';
export { NetnsError, type NetnsErrorCode } from './error.ts';
export { isLinkName, linkName } from './link-name.ts';
export { applyMacPrefix, formatMac, isUnicastMac, macFromAddress, parseMac } from './mac.ts';
export { netns, openNetns } from './netns.ts';
export { planAddresses } from './plan-addresses.ts';
export { planRoutes } from './plan-routes.ts';
export { sealTable } from './seal.ts';
export type {
  AddressSettings,
  Change,
  Link,
  LinkAddress,
  LinkNews,
  LinkSeen,
  LinkSettings,
  MergingFeature,
  NamespaceTarget,
  Netns,
  NetnsOptions,
  OpenNetns,
  Route,
  RouteSpec,
  Wait,
  WriteSetting,
} from './types.ts';
