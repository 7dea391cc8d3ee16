/**
 * Reads the interfaces' names out of what `virsh domiflist` prints (libvirt 9.0.0): a head, a rule, a line each. The
 * head's first word, in whatever language, comes along.
 */
export function parseDomiflist(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[0] ?? '')
    .filter((name) => /^[A-Za-z0-9]/.test(name));
}
