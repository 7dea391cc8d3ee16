import { dirname, join } from 'node:path';
import { parseTarget } from '@dovesnap/ovs';
import { parseCidr } from './domain/cidr.ts';
import { closest, misspelt } from './domain/closest.ts';
import type { Config } from './domain/config.ts';
import { DovesnapError } from './domain/error.ts';
import { INTERFACE_NAME_WORDS, isInterfaceName } from './domain/interface-name.ts';
import { BOOLEAN_WORDS, commaList, parseBoolean, parseWhole, quoted } from './domain/words.ts';
import { environmentName, FLAGS, type Flag } from './flags-table.ts';

/** What the command line asks for. */
export type Invocation =
  | { readonly kind: 'run'; readonly config: Config }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };

type Given = Map<string, string>;

/**
 * Reads the command line (without the program's name) and the environment; the command line wins, the last of a
 * repeated flag wins, an empty value means not given.
 * @throws DovesnapError `BAD_FLAG`, `NOT_SUPPORTED`.
 */
export function parseFlags(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Invocation {
  const given = readEnvironment(env);
  const asked = readArguments(argv, given);
  if (asked !== undefined) return { kind: asked };
  for (const flag of FLAGS) {
    if (flag.later && given.get(flag.name)) {
      throw new DovesnapError(
        'NOT_SUPPORTED',
        `flag --${flag.name} ${quoted(given.get(flag.name))} is not supported yet`,
      );
    }
  }
  return { kind: 'run', config: configOf(given) };
}

function readEnvironment(env: Readonly<Record<string, string | undefined>>): Given {
  const names = FLAGS.map((flag) => environmentName(flag.name));
  const given: Given = new Map();
  for (const flag of FLAGS) given.set(flag.name, env[environmentName(flag.name)] ?? '');
  for (const name of Object.keys(env)) {
    // Others may use the prefix (a service called dovesnap in Kubernetes does); a slip of the pen is refused.
    const meant = name.startsWith('DOVESNAP_') && !names.includes(name) && misspelt(name, names);
    if (meant) {
      throw new DovesnapError(
        'BAD_FLAG',
        `variable ${quoted(name)} is unknown: did you mean ${meant}?`,
      );
    }
  }
  return given;
}

/** Adds what the command line says to `given`; answers at once to a call for help. */
function readArguments(argv: readonly string[], given: Given): 'help' | 'version' | undefined {
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (/^(-h|--?help)$/.test(word)) return 'help';
    if (/^--?version$/.test(word)) return 'version';
    const parts = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(word);
    if (!parts) throw new DovesnapError('BAD_FLAG', `argument ${quoted(word)} is not a flag`);
    const flag = flagNamed(parts[1] ?? '');
    given.set(flag.name, parts[2] ?? followingValue(flag, rest));
  }
  return undefined;
}

function flagNamed(name: string): Flag {
  const flag = FLAGS.find((known) => known.name === name);
  if (flag) return flag;
  const names = FLAGS.map((known) => known.name);
  throw new DovesnapError(
    'BAD_FLAG',
    `flag ${quoted(`--${name}`)} is unknown: did you mean --${closest(name, names)}?`,
  );
}

function followingValue(flag: Flag, rest: string[]): string {
  const next = rest[0];
  if (flag.value === undefined) {
    const isValue = next !== undefined && parseBoolean(next) !== undefined;
    return isValue ? (rest.shift() ?? '') : 'true';
  }
  // No value of ours begins with a dash: an unquoted empty variable before another flag does.
  if (next === undefined || next.startsWith('-')) {
    throw new DovesnapError('BAD_FLAG', `flag --${flag.name} needs a value: ${flag.value}`);
  }
  return rest.shift() ?? '';
}

function configOf(given: Given): Config {
  /** The value of a flag, or undefined when it is not given. */
  function read<Value>(
    name: string,
    accepts: string,
    parse: (text: string) => Value | undefined,
  ): Value | undefined {
    const text = given.get(name) ?? '';
    if (text === '') return undefined;
    let value: Value | undefined;
    try {
      value = parse(text);
    } catch {
      // The parsers of other packages throw; their reason is in `accepts`.
    }
    if (value !== undefined) return value;
    throw new DovesnapError(
      'BAD_FLAG',
      `flag --${name} cannot be ${quoted(text)}: accepted is ${accepts}`,
    );
  }
  const path = (name: string): string | undefined => read(name, 'a path', parsePath);
  const isOn = (name: string): boolean => read(name, BOOLEAN_WORDS, parseBoolean) ?? false;
  const seconds = read('attach_timeout', 'a number of seconds from 0.1 to 3600', parseSeconds);
  const debug = isOn('debug') ? 'debug' : 'info';
  const faucetConfig = path('faucet_config') ?? '/etc/faucet/faucet.yaml';
  const statusAuthIps = read(
    'status_auth_ips',
    'a comma list of addresses or networks, ADDRESS[/PREFIX]',
    parseNetworks,
  ) ?? ['127.0.0.0/8', '::1/128'];
  return {
    logLevel: isOn('trace') ? 'trace' : debug,
    faucetConfig,
    gaugeConfig: path('gauge_config') ?? join(dirname(faucetConfig), 'gauge.yaml'),
    faucetMetrics: read('faucet_metrics', 'HOST:PORT', parseHostPort) ?? '127.0.0.1:9302',
    faucetPidfile: path('faucet_pidfile'),
    controllers: read(
      'default_ofcontrollers',
      'a comma list of tcp:HOST[:PORT], ssl:HOST[:PORT] or unix:PATH',
      (text) => commaList(text).map(parseTarget),
    ) ?? ['tcp:127.0.0.1:6653', 'tcp:127.0.0.1:6654'],
    attachTimeout: seconds ?? 5000,
    trustImageLabels: isOn('trust_image_labels'),
    mirrorOut: read('mirror_bridge_out', INTERFACE_NAME_WORDS, parseInterfaceName),
    statusPort:
      read('status_port', 'a port from 1 to 65535', (text) => parseWhole(text, 1, 65535)) ?? 9401,
    statusHost:
      read('status_host', 'an IP address', parseAddress) ?? defaultStatusHost(statusAuthIps),
    statusAuthIps,
    pluginSocket:
      read('plugin_socket', 'an absolute path', parseSocketPath) ??
      '/run/docker/plugins/dovesnap.sock',
    dockerSocket:
      read('docker_socket', 'an absolute path', parseSocketPath) ?? '/var/run/docker.sock',
    ovsdb:
      read('ovsdb', 'unix:PATH or tcp:HOST:PORT', parseOvsdb) ??
      'unix:/var/run/openvswitch/db.sock',
  };
}

function parseInterfaceName(text: string): string | undefined {
  return isInterfaceName(text) ? text : undefined;
}

function parsePath(text: string): string | undefined {
  return text !== '' && !text.includes('\0') ? text : undefined;
}

/** A path, also where Docker's own tools would write `unix://PATH`. */
function parseSocketPath(text: string): string | undefined {
  const path = parsePath(text.replace(/^unix:(\/\/)?/, ''));
  return path?.startsWith('/') ? path : undefined;
}

function parseSeconds(text: string): number | undefined {
  if (!/^\d{1,6}(\.\d{1,3})?$/.test(text)) return undefined;
  const milliseconds = Math.round(Number(text) * 1000);
  return milliseconds >= 100 && milliseconds <= 3_600_000 ? milliseconds : undefined;
}

function parseHostPort(text: string): string | undefined {
  const parts = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text);
  return parts && parseWhole(parts[2] ?? '', 1, 65535) !== undefined ? text : undefined;
}

function parseOvsdb(text: string): string | undefined {
  if (text.startsWith('unix:')) return parsePath(text.slice('unix:'.length)) && text;
  return text.startsWith('tcp:') ? parseHostPort(text.slice('tcp:'.length)) && text : undefined;
}

function parseAddress(text: string): string | undefined {
  return text.includes('/') ? undefined : parseCidr(text)?.address;
}

function parseNetworks(text: string): string[] | undefined {
  const networks = commaList(text).map(parseCidr);
  return networks.every((network) => network !== undefined)
    ? networks.map(({ network, prefix }) => `${network}/${prefix}`)
    : undefined;
}

/** All addresses as soon as someone from elsewhere is allowed in. */
function defaultStatusHost(authIps: readonly string[]): string {
  const local = authIps.every((network) => network.startsWith('127.') || network === '::1/128');
  return local ? '127.0.0.1' : '::';
}
