import { planRoutes } from './plan-routes.ts';
import type { Route, RouteSpec } from './types.ts';

/** Seconds that may have passed since the same change added the route. */
const expiryLeeway = 2;

/** Returns whether a route equals the wanted one, including the fields that do not identify it. */
export function isSameRoute(route: Route, spec: RouteSpec): boolean {
  const { mtu, protocol, scope, onlink, expires } = spec;
  return (
    planRoutes([route], [spec]).length === 0 &&
    (mtu === undefined || mtu === route.mtu) &&
    (protocol === undefined || protocol === route.protocol) &&
    (scope === undefined || route.family === 'ipv6' || scope === route.scope) &&
    (onlink === undefined || onlink === (route.onlink ?? false)) &&
    isSameExpiry(route.expires, expires)
  );
}

function isSameExpiry(left: number | undefined, wanted: number | undefined): boolean {
  if (left === undefined || wanted === undefined) return left === wanted;
  return Math.abs(left - wanted) <= expiryLeeway;
}
