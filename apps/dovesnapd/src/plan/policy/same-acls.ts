/** Whether two ACL lists are the same policy: order decides which rule matches first. */
export function sameAcls(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}
