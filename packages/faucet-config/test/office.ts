import { type Edit, editText, FaucetConfigError } from '../src/index.ts';

/** A file as a person writes it. */
export const office = `# the office
dps:
    office:   # keep this name
        dp_id: 0xE0F00000AFFE0001
        interfaces:
            1: {native_vlan: 0x64,   acls_in: [a]}  # reception
            # the printer
            web:
                number: 7
                native_vlan:  100 # staff
                acls_in:
                - x
                - y
            9: {output_only: true, mirror: [1, 7]}
acls:
  a: [{rule: {actions: {allow: 1}}}]`;

/** Lines of the result that are not in the text, and lines of the text that are gone, as a patch has them. */
export function changes(before: string, after: string): string[] {
  const old = before.split('\n');
  const now = after.split('\n');
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `-${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+${line}`),
  ];
}

/** The code of the error that edits end in; `no error` when they do not. */
export function codeOf(edits: readonly Edit[], text = office): string {
  try {
    editText(text, edits);
  } catch (error) {
    if (error instanceof FaucetConfigError) return error.code;
    throw error;
  }
  return 'no error';
}
