const plain = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** Prints a program and its arguments as one line that a person can paste into a shell. For messages only. */
export function formatCommand(argv: readonly string[]): string {
  return argv
    .map((word) => (plain.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}
