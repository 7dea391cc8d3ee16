import { type CliOptions, type Format, parseCliOptions, usage } from './cli-options.ts';
import { fetchTopology } from './fetch-topology.ts';
import { mergeTopologies } from './merge-topologies.ts';
import { parseTopology } from './parse-topology.ts';
import { toDot } from './to-dot.ts';
import { toJson } from './to-json.ts';
import { toPng } from './to-png.ts';
import { toSvg } from './to-svg.ts';
import type { Topology } from './types.ts';

/** Everything outside the program that the command uses. */
export interface CliEdges {
  readonly version: string;
  /** Reads a file, or standard input for `-`. */
  readonly read: (path: string) => Promise<string>;
  /** Writes a file, or standard output for `-`. */
  readonly write: (path: string, content: string | Uint8Array) => Promise<void>;
  readonly fetchTopology?: (address: string) => Promise<Topology>;
  /** Prints a message for the user. */
  readonly complain: (text: string) => void;
}

/** Runs `dovesnap-graph` and returns its exit code: 0 written, 1 failed, 2 wrong usage. Never throws. */
export async function runCli(args: readonly string[], edges: CliEdges): Promise<number> {
  const options = parseCliOptions(args);
  if (typeof options === 'string') {
    edges.complain(`dovesnap-graph: ${options}\nTry dovesnap-graph --help.\n`);
    return 2;
  }
  try {
    await act(options, edges);
    return 0;
  } catch (error) {
    edges.complain(`dovesnap-graph: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function act(options: CliOptions, edges: CliEdges): Promise<void> {
  if (options.action === 'help') return edges.write('-', usage);
  if (options.action === 'version') return edges.write('-', `${edges.version}\n`);
  const topology = await load(options, edges);
  await edges.write(options.output, await render(topology, options.format));
}

async function load(
  options: Extract<CliOptions, { action: 'draw' }>,
  edges: CliEdges,
): Promise<Topology> {
  if (options.input !== undefined) return parseTopology(await edges.read(options.input));
  const ask = edges.fetchTopology ?? ((address: string) => fetchTopology(address));
  const parts = options.statusAddresses.map(async (source) => ({
    source,
    topology: await ask(source),
  }));
  return mergeTopologies(await Promise.all(parts));
}

async function render(topology: Topology, format: Format): Promise<string | Uint8Array> {
  switch (format) {
    case 'json':
      return toJson(topology);
    case 'dot':
      return toDot(topology);
    case 'svg':
      return toSvg(topology);
    case 'png':
      return toPng(topology);
  }
}
