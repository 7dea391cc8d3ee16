import { parseArgs } from 'node:util';

/** Where the Go driver's `graph_dovesnap` writes when it is not told (IQTLabs/dovesnap, src/dovesnap/graph_dovesnap.py). */
const defaultOutput = 'dovesnapviz';

/** What its users also give it: where faucetconfrpc is, which is not asked for a picture any more. */
const ignored = { ca: 'a', cert: 'c', key: 'k', port: 'p', server: 's' } as const;

/**
 * Turns the command line of the Go driver's `graph_dovesnap` into one of `dovesnap-graph`: `-o` names the picture
 * without its `.png`. A string tells, in one sentence, what is wrong with it. Pure.
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
