const begin = '<!-- measured: from here on written by "npm run bench" -->';
const end = '<!-- end of what is measured; what follows is kept by hand -->';

/** Puts what was measured into the file's text; what stands outside of the two marks stays as it is. */
export function replaceMeasured(existing: string, measured: string): string {
  const block = `${begin}\n\n${measured.trim()}\n\n${end}`;
  const from = existing.indexOf(begin);
  const to = existing.indexOf(end);
  if (from === -1 || to < from) return `${existing.trim()}\n\n${block}\n`.trimStart();
  return existing.slice(0, from) + block + existing.slice(to + end.length);
}
