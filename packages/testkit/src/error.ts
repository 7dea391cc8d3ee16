/** Why the test bed could not do what it was asked. */
export type TestkitErrorCode =
  | 'HOST_FAILED'
  | 'NOT_STARTED'
  | 'NOT_READY'
  | 'ENDED'
  | 'LEFT_BEHIND'
  | 'UNREACHABLE'
  | 'UNEXPECTED_COMMAND';

/** A part of the test bed, not the code under test, is at fault. */
export class TestkitError extends Error {
  override readonly name = 'TestkitError';
  readonly code: TestkitErrorCode;
  /** The host, program or file it is about. */
  readonly subject: string;

  constructor(code: TestkitErrorCode, subject: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.subject = subject;
  }
}
