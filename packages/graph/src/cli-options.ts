import { parseArgs } from 'node:util';
import { readAddress } from './read-address.ts';

/** File formats that `dovesnap-graph` writes. */
export type Format = 'png' | 'svg' | 'dot' | 'json';

/** The options of a `dovesnap-graph` command. */
export type CliOptions =
  | { readonly action: 'help' }
  | { readonly action: 'version' }
  | {
      readonly action: 'draw';
      /** `-` is standard output. */
      readonly output: string;
      readonly format: Format;
      /** `-` is standard input. */
      readonly input: string | undefined;
      readonly statusAddresses: readonly string[];
    };

const formats: readonly string[] = ['png', 'svg', 'dot', 'json'];
const extensions: Readonly<Record<string, Format>> = {
  png: 'png',
  svg: 'svg',
  dot: 'dot',
  gv: 'dot',
  json: 'json',
};
const defaultAddress = '127.0.0.1:9401';
const shortNames: Readonly<Record<string, string>> = {
  o: 'output',
  u: 'status-addrs',
  h: 'help',
};

/** The text of `dovesnap-graph --help`. */
export const usage: string = `Usage: dovesnap-graph -o FILE [options]

Draws Open vSwitch networks, their containers, ports, policies and ways out.

  -o, --output FILE        where to write the picture; - is standard output
  --format FORMAT          png, svg, dot or json; default: by FILE's extension, else png
  --status-addrs LIST, -u  HOST:PORT of running daemons, comma separated; default ${defaultAddress}
  --input FILE             draw this topology JSON instead of asking daemons; - is standard input
  -h, --help               print this
  --version                print the version

Options may be written with one dash or two, with = or a space.
Exit codes: 0 written, 1 failed, 2 wrong usage.
`;

/** Parses the command line. If it is invalid, returns the reason as a string of one sentence. Pure. */
export function parseCliOptions(args: readonly string[]): CliOptions | string {
  let values: ReturnType<typeof readFlags>;
  try {
    values = readFlags(args.map(toLongFlag));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.replace(/\. To specify .*$/s, '');
  }
  if (values.help === true) return { action: 'help' };
  if (values.version === true) return { action: 'version' };
  const { output, input } = values;
  if (output === undefined || output === '') return 'Where to write is missing: -o FILE';
  if (values.format !== undefined && !formats.includes(values.format)) {
    return `--format is one of ${formats.join(', ')}, not '${values.format}'`;
  }
  if (input !== undefined && values['status-addrs'] !== undefined) {
    return 'Give --input or --status-addrs, not both';
  }
  const addresses = readAddresses(values['status-addrs'] ?? defaultAddress);
  if (typeof addresses === 'string') return addresses;
  const extension = /\.([a-z]+)$/i.exec(output)?.[1]?.toLowerCase() ?? '';
  const format = (values.format as Format | undefined) ?? extensions[extension] ?? 'png';
  return { action: 'draw', output, format, input, statusAddresses: addresses };
}

type Values = {
  readonly output?: string | undefined;
  readonly format?: string | undefined;
  readonly input?: string | undefined;
  readonly 'status-addrs'?: string | undefined;
  readonly help?: boolean | undefined;
  readonly version?: boolean | undefined;
};

function readFlags(args: readonly string[]): Values {
  return parseArgs({
    args: [...args],
    strict: true,
    allowPositionals: false,
    options: {
      output: { type: 'string' },
      format: { type: 'string' },
      input: { type: 'string' },
      'status-addrs': { type: 'string' },
      help: { type: 'boolean' },
      version: { type: 'boolean' },
    },
  }).values;
}

/** Normalises a flag: it may have one or two dashes and `_` or `-` inside, as users of the Go tools write it. */
function toLongFlag(word: string): string {
  const match = /^--?([A-Za-z][\w-]*)(=.*)?$/s.exec(word);
  if (match === null) return word;
  const name = (match[1] ?? '').replaceAll('_', '-');
  return `--${shortNames[name] ?? name}${match[2] ?? ''}`;
}

function readAddresses(list: string): readonly string[] | string {
  const addresses: string[] = [];
  for (const part of list.split(',').map((text) => text.trim())) {
    const address = readAddress(part);
    if (address === undefined) return `--status-addrs wants HOST:PORT,HOST:PORT, not '${part}'`;
    addresses.push(address.text);
  }
  return [...new Set(addresses)];
}
