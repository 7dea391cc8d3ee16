import { DhcpError } from './error.ts';
import type { DhcpClientSpec, DhcpSearch } from './types.ts';

const defaultSearch: DhcpSearch = { attempts: 4, interval: 1000, pause: 10_000 };

/**
 * The complete environment of udhcpc. udhcpc passes the lease to its script in variables such as `ip` and `router`.
 * Variables of the same name from outside would be mistaken for values from the server.
 */
const searchPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** udhcpc 1.35 cuts the value of `-x` at spaces, tabs and commas. Names of Docker containers contain none of them. */
const hostnamePattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/;
/** As `dev_valid_name` of the kernel, and not an option of udhcpc. */
const interfacePattern = /^(?![.]{1,2}$|-)[^\s/:]{1,15}$/;

/**
 * Builds the command that runs a client inside its namespace. `nsenter` and `env` replace themselves with the next
 * program, so the process id is the client's. Pure.
 *
 * @throws DhcpError `INVALID_SPEC` when a value cannot be passed on unchanged.
 */
export function clientCommand(spec: DhcpClientSpec, script: string): readonly [string, string[]] {
  const search = spec.search ?? defaultSearch;
  const namespace =
    'pid' in spec.namespace ? `/proc/${spec.namespace.pid}/ns/net` : spec.namespace.path;
  check(spec, interfacePattern.test(spec.interface), 'interface', spec.interface);
  check(spec, namespace.startsWith('/'), 'namespace path', namespace);
  const pid = 'pid' in spec.namespace ? spec.namespace.pid : 1;
  check(spec, Number.isInteger(pid) && pid > 0, 'namespace pid', String(pid));
  const attempts = Number.isInteger(search.attempts) && search.attempts > 0;
  check(spec, attempts, 'number of attempts', String(search.attempts));
  const args = ['-f', '-i', spec.interface, '-s', script, '-O', 'mtu'];
  args.push('-t', String(search.attempts), '-T', seconds(search.interval));
  args.push('-A', seconds(search.pause));
  if (spec.hostname !== undefined) {
    check(spec, hostnamePattern.test(spec.hostname), 'hostname', spec.hostname);
    args.push('-x', `hostname:${spec.hostname}`);
  }
  const environment = [
    '-i',
    searchPath,
    `DHCP_CONFIGURE=${spec.configure === false ? 'no' : 'yes'}`,
  ];
  return ['nsenter', [`--net=${namespace}`, '--', 'env', ...environment, 'udhcpc', ...args]];
}

function check(spec: DhcpClientSpec, isGood: boolean, what: string, value: string): void {
  if (isGood) return;
  const shown = JSON.stringify(value);
  const message = `No DHCP client for ${spec.interface}: ${shown} is not a usable ${what}`;
  throw new DhcpError('INVALID_SPEC', message, spec.interface);
}

function seconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1000)));
}
