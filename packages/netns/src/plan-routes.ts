import { formatCidr, parseAddress, parseCidr } from './address.ts';
import { addRoute, removeRoute } from './changes.ts';
import type { Change, Route, RouteSpec } from './types.ts';

const mainTable = 254;
/** The metric that the kernel gives to an IPv6 route without one (IP6_RT_PRIO_USER). */
const defaultMetric = { ipv4: 0, ipv6: 1024 } as const;

/**
 * Plans changes that add the wanted routes. With `exactOn`, other unicast routes over that link are removed first, in
 * table main and in the tables of the wanted routes. Routes from the kernel or from a router advertisement are kept.
 * After the plan is applied, the next plan is empty.
 *
 * @throws NetnsError `BAD_VALUE`
 */
export function planRoutes(
  observed: readonly Route[],
  wanted: readonly RouteSpec[],
  options: { readonly exactOn?: string | undefined } = {},
): readonly Change[] {
  const missing = wanted.filter((spec) => !observed.some((route) => satisfies(route, spec)));
  const tables = new Set([mainTable, ...wanted.map(({ table }) => table ?? mainTable)]);
  const extra = observed.filter(
    (route) =>
      options.exactOn !== undefined &&
      route.link === options.exactOn &&
      route.type === 'unicast' &&
      tables.has(route.table ?? mainTable) &&
      !['kernel', 'ra'].includes(route.protocol ?? '') &&
      !wanted.some((spec) => satisfies(route, spec)),
  );
  const unique = new Map(missing.map((spec) => [JSON.stringify(normal(spec)), spec]));
  return [
    ...extra.map((route) => removeRoute(toSpec(route))),
    ...[...unique.values()].map((spec) => addRoute(spec)),
  ];
}

function satisfies(route: Route, spec: RouteSpec): boolean {
  const want = normal(spec);
  const have = normal(route);
  return (
    route.type === 'unicast' &&
    want.family === have.family &&
    want.destination === have.destination &&
    want.table === have.table &&
    want.metric === have.metric &&
    want.via === have.via &&
    (want.link === undefined || want.link === have.link) &&
    (want.source === undefined || want.source === have.source)
  );
}

type RouteKey = 'destination' | 'via' | 'link' | 'table' | 'source' | 'metric';

/** Returns the fields that identify a route. */
function normal(
  spec: RouteSpec,
): Required<Pick<RouteSpec, RouteKey>> & { readonly family: 'ipv4' | 'ipv6' } {
  const via = spec.via === undefined ? undefined : parseAddress(spec.via);
  const source = spec.source === undefined ? undefined : parseAddress(spec.source);
  const given = spec.destination === 'default' ? undefined : parseCidr(spec.destination);
  const family = given?.family ?? spec.family ?? via?.family ?? source?.family ?? 'ipv4';
  return {
    family,
    destination: given === undefined || given.prefixLength === 0 ? 'default' : formatCidr(given),
    via: via?.address,
    link: spec.link,
    table: spec.table ?? mainTable,
    source: source?.address,
    metric: spec.metric ?? defaultMetric[family],
  };
}

function toSpec(route: Route): RouteSpec {
  const { destination, via, link, table, source, metric, family } = route;
  return { destination, via, link, table, source, metric, family };
}
