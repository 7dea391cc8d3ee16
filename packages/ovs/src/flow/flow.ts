import { OvsError } from '../error.ts';
import type { Flow, FlowFilter, FlowSpec } from './flow-types.ts';
import { localPort } from './local-port.ts';

/** OFP_DEFAULT_PRIORITY: the priority that ovs-ofctl(8) assumes when none is given, and omits from its output. */
const defaultPriority = 32768;

/** The fields that ovs-ofctl prints outside the match. Everything else before the actions belongs to the match. */
const beside = new Set([
  'cookie',
  'duration',
  'table',
  'n_packets',
  'n_bytes',
  'idle_timeout',
  'hard_timeout',
  'idle_age',
  'hard_age',
  'importance',
  'send_flow_rem',
  'check_overlap',
  'reset_counts',
  'no_packet_counts',
  'no_byte_counts',
  'priority',
  'event',
  'reason',
]);

/** The parts of one line that describes a flow. */
export interface FlowLine {
  readonly fields: ReadonlyMap<string, string>;
  readonly match: string;
  readonly actions: string;
}

/** Splits a line of `dump-flows`, of a flow monitor or of a flow file into its parts. */
export function parseFlowLine(line: string): FlowLine {
  const cut = /(?:^|[\s,])actions=/.exec(line);
  const head = cut === null ? line : line.slice(0, cut.index);
  const actions = cut === null ? 'drop' : line.slice(cut.index + cut[0].length).trim();
  const fields = new Map<string, string>();
  const match: string[] = [];
  for (const token of head.split(/[\s,]+/)) {
    const [key = '', ...value] = token.split('=');
    if (beside.has(key)) fields.set(key, value.join('='));
    else if (token !== '') match.push(token);
  }
  return { fields, match: match.join(','), actions };
}

/**
 * Parses a flow in the format of ovs-ofctl, e.g. `table=1, priority=9,in_port=7 actions=drop`.
 * @throws OvsError `BAD_FLOW`.
 */
export function parseFlow(line: string): Flow {
  const { fields, match, actions } = parseFlowLine(line);
  return {
    table: readNumber(line, fields.get('table'), 0),
    priority: readNumber(line, fields.get('priority'), defaultPriority),
    cookie: parseCookie(line, fields.get('cookie')),
    match,
    actions,
  };
}

/** Formats a flow for ovs-ofctl. */
export function formatFlow(flow: FlowSpec): string {
  const { table = 0, priority = defaultPriority, cookie = 0n, match = '', actions } = flow;
  const head = [`table=${table}`, `priority=${priority}`, `cookie=0x${cookie.toString(16)}`];
  return [...head, ...(match === '' ? [] : [match]), `actions=${actions}`].join(',');
}

/** Formats a filter for deleting or dumping flows, for ovs-ofctl. */
export function formatFlowFilter(filter: FlowFilter): string {
  const { table, priority, cookie, match = '', strict = false } = filter;
  const parts = [
    ...(table === undefined && !strict ? [] : [`table=${table ?? 0}`]),
    ...(strict ? [`priority=${priority ?? defaultPriority}`] : []),
    // With a mask the cookie is a condition; without one ovs-ofctl treats it as a cookie to set.
    ...(cookie === undefined ? [] : [`cookie=0x${cookie.toString(16)}/-1`]),
    ...(match === '' ? [] : [match]),
  ];
  return parts.join(',');
}

/** Returns the port number in a match, or undefined if it has none. */
export function inPortOf(match: string): number | undefined {
  const found = /(?:^|,)in_port=([^,]+)/.exec(match)?.[1];
  if (found === 'LOCAL') return localPort;
  if (found === undefined || !/^\d+$/.test(found)) return undefined;
  const port = Number(found);
  return port === 0xffff_fffe ? localPort : port;
}

/** Parses a cookie. A missing cookie is 0. */
function parseCookie(line: string, text: string | undefined): bigint {
  if (text === undefined) return 0n;
  if (!/^(0[xX][0-9A-Fa-f]+|\d+)$/.test(text)) throw badFlow(line);
  return BigInt(text);
}

function readNumber(line: string, text: string | undefined, without: number): number {
  if (text === undefined) return without;
  if (!/^\d+$/.test(text)) throw badFlow(line);
  return Number(text);
}

function badFlow(line: string): OvsError {
  return new OvsError('BAD_FLOW', `This is not a flow as ovs-ofctl writes it: ${line.trim()}`);
}
