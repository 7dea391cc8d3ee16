/** The reason for a failure of the test bed. */
export type TestkitErrorCode =
  | 'HOST_FAILED'
  | 'NOT_STARTED'
  | 'NOT_READY'
  | 'ENDED'
  | 'LEFT_BEHIND'
  | 'UNREACHABLE'
  | 'UNEXPECTED_COMMAND';

/** A failure of the test bed itself, not of the code under test. */
export class TestkitError extends Error {
  override readonly name = 'TestkitError';
  readonly code: TestkitErrorCode;
  /** The host, program or file concerned. */
  readonly subject: string;

  constructor(code: TestkitErrorCode, subject: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.subject = subject;
  }
}
