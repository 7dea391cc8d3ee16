/** Why there is no picture. Listed with their meaning in the README. */
export type GraphErrorCode =
  | 'INVALID_TOPOLOGY'
  | 'LAYOUT_FAILED'
  | 'FONT_MISSING'
  | 'PNG_FAILED'
  | 'STATUS_UNREACHABLE';

/** A topology that could not be read, fetched or drawn. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
  readonly code: GraphErrorCode;
  /** Place inside the topology, e.g. `bridges[0].ports[3].ofPort`; the address asked, or the font file, for other codes. */
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
