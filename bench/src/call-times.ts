import type { LogLine } from '@dovesnap/testkit';

/** The calls that Docker makes for each container, in their order. */
export const endpointCalls = ['CreateEndpoint', 'Join', 'Leave', 'DeleteEndpoint'] as const;

/** One of {@link endpointCalls}. */
export type EndpointCall = (typeof endpointCalls)[number];

/** How long calls took inside the daemon, milliseconds, by call. */
export type CallTimes = Readonly<Record<EndpointCall, readonly number[]>>;

/** Takes the endpoint calls out of the daemon's log lines. */
export function callTimes(lines: readonly LogLine[]): CallTimes {
  const of = (wanted: EndpointCall): readonly number[] =>
    lines.flatMap(({ call, milliseconds }) =>
      call === wanted && typeof milliseconds === 'number' ? [milliseconds] : [],
    );
  return {
    CreateEndpoint: of('CreateEndpoint'),
    Join: of('Join'),
    Leave: of('Leave'),
    DeleteEndpoint: of('DeleteEndpoint'),
  };
}

/** The daemon's log lines about endpoint calls that failed, and about ports that stayed closed. */
export function troubles(lines: readonly LogLine[]): readonly string[] {
  return lines
    .filter(({ level, call, phase }) => level === 'warn' && (call ?? phase) !== undefined)
    .map((line) => String(line.reason ?? line.msg));
}
