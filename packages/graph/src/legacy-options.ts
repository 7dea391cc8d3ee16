import { parseArgs } from 'node:util';

/** Default output of the Go driver's `graph_dovesnap` (IQTLabs/dovesnap, src/dovesnap/graph_dovesnap.py). */
const defaultOutput = 'dovesnapviz';

/** Options that locate faucetconfrpc. They are accepted and ignored: a picture no longer needs faucetconfrpc. */
const ignored = { ca: 'a', cert: 'c', key: 'k', port: 'p', server: 's' } as const;

/**
 * Converts the command line of the Go driver's `graph_dovesnap` to one of `dovesnap-graph`: `-o` is the picture's name
 * without `.png`. If it is invalid, returns the reason as a string of one sentence. Pure.
 */
export function fromGraphDovesnap(args: readonly string[]): readonly string[] | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        output: { type: 'string', short: 'o', default: defaultOutput },
        status_addrs: { type: 'string', short: 'u' },
        help: { type: 'boolean', short: 'h' },
        ...Object.fromEntries(
          Object.entries(ignored).map(
            ([name, short]) => [name, { type: 'string', short }] as const,
          ),
        ),
      },
    });
    if (values.help === true) return ['--help'];
    const addresses =
      values.status_addrs === undefined ? [] : [`--status-addrs=${values.status_addrs}`];
    return [`--output=${values.output}.png`, ...addresses];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.replace(/\. To specify .*$/s, '');
  }
}
