/**
 * Writes all of the content to standard output. If the reader has closed the pipe, the promise rejects; the process
 * does not crash.
 */
export function print(content: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    // The callback receives the same error. Without a listener, the event would end the process.
    process.stdout.on('error', () => undefined);
    process.stdout.write(content, (error) => (error ? reject(explain(error)) : resolve()));
  });
}

/** Writes a message to standard error. A failure is ignored, because it cannot be reported anywhere. */
export function complain(message: string): void {
  process.stderr.on('error', () => undefined);
  process.stderr.write(message);
}

function explain(error: NodeJS.ErrnoException): Error {
  if (error.code !== 'EPIPE') return error;
  return new Error('standard output was closed by its reader', { cause: error });
}
