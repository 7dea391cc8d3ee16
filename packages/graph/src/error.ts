/** Error codes of this package. The README explains each. */
export type GraphErrorCode =
  | 'INVALID_TOPOLOGY'
  | 'LAYOUT_FAILED'
  | 'FONT_MISSING'
  | 'PNG_FAILED'
  | 'BAD_ADDRESS'
  | 'STATUS_UNREACHABLE';

/** Thrown when a topology cannot be read, fetched or drawn. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
  readonly code: GraphErrorCode;
  /** The field of the topology, e.g. `bridges[0].ports[3].ofPort`. For other codes, the address or the font file. */
  readonly subject: string | undefined;

  constructor(
    code: GraphErrorCode,
    message: string,
    details: { subject?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.code = code;
    this.subject = details.subject;
  }
}
