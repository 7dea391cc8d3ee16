/** Returns the chains and rules of `iptables-save`, each with its table in front, without counters and comments. */
export function tableLines(text: string): readonly string[] {
  let table = '';
  return text.split('\n').flatMap((row) => {
    if (row.startsWith('*')) table = row.slice(1);
    const line = row.replace(/ ?\[\d+:\d+\]/, '').trim();
    return /^(:|-A)/.test(line) ? [`${table} ${line}`] : [];
  });
}

/** Returns the lines of `nft --stateless list ruleset`, each with its table and chain in front. */
export function nftLines(text: string): readonly string[] {
  const around: string[] = [];
  return text.split('\n').flatMap((row) => {
    const trimmed = row.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return [];
    if (trimmed === '}') {
      around.pop();
      return [];
    }
    const line = [...around, trimmed.replace(/ \{$/, '')].join(' / ');
    if (trimmed.endsWith('{')) around.push(trimmed.slice(0, -2));
    return [line];
  });
}
