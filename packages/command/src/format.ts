const plain = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** Formats a program and its arguments as one line that can be pasted into a shell. For messages only. */
export function formatCommand(argv: readonly string[]): string {
  return argv
    .map((word) => (plain.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}
