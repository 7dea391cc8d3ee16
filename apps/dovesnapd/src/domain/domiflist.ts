/**
 * Parses the names of the interfaces from the output of `virsh domiflist` (libvirt 9.0.0): a header, a rule, one line
 * per interface. The first word of the header, in any language, is included.
 */
export function parseDomiflist(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[0] ?? '')
    .filter((name) => /^[A-Za-z0-9]/.test(name));
}
