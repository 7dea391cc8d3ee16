/** A step that could not be done: the message says why, `remedy` what to do about it. */
export class StepError extends Error {
  /**
   * @param {string} message
   * @param {{ remedy?: string, log?: string, cause?: unknown }} [details] `log`: the file that has more
   */
  constructor(message, details = {}) {
    super(message, { cause: details.cause });
    this.name = 'StepError';
    this.remedy = details.remedy;
    this.log = details.log;
  }
}
