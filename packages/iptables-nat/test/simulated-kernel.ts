import { expect } from 'vitest';
import type { Family, NatPlan, ObservedNat } from '../src/index.ts';
import { parseSave } from '../src/parse-save.ts';

/** Tables, chains and rules as iptables keeps them: the commands that a restore may use, refused as iptables does. */
export type Kernel = Map<string, Map<string, string[]>>;

/** Makes a kernel with the built-in chains and these further chains, written `table chain`. */
export function kernelWith(content: Readonly<Record<string, readonly string[]>>): Kernel {
  const kernel: Kernel = new Map([
    ['filter', new Map(['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => [chain, []]))],
    ['nat', new Map(['PREROUTING', 'OUTPUT', 'POSTROUTING'].map((chain) => [chain, []]))],
  ]);
  for (const [name, rules] of Object.entries(content)) {
    const [table = '', chain = ''] = name.split(' ');
    kernel.get(table)?.set(chain, [...rules]);
  }
  return kernel;
}

/** Prints it as iptables-save does. */
export function save(kernel: Kernel): string {
  return [...kernel]
    .flatMap(([table, chains]) => [
      `*${table}`,
      ...[...chains.keys()].map(
        (chain) => `:${chain} ${/^[A-Z]+$/.test(chain) ? 'ACCEPT' : '-'} [0:0]`,
      ),
      ...[...chains].flatMap(([chain, rules]) => rules.map((rule) => `-A ${chain} ${rule}`)),
      'COMMIT',
    ])
    .join('\n');
}

/** Reads both families of one kernel state each. */
export function observe(kernels: Readonly<Record<Family, Kernel>>, owner: string): ObservedNat {
  const families = (['ipv4', 'ipv6'] as const).map((family) => ({
    family,
    ...parseSave(save(kernels[family]), owner),
  }));
  return { owner, families };
}

/** Runs a restore without flush. */
export function restore(kernels: Readonly<Record<Family, Kernel>>, plan: NatPlan): void {
  for (const { family, lines } of plan.families) {
    let chains = new Map<string, string[]>();
    for (const line of lines) {
      if (line.startsWith('*')) chains = kernels[family].get(line.slice(1)) ?? expect.fail(line);
      else if (line !== 'COMMIT') restoreLine(chains, line);
    }
  }
}

function restoreLine(chains: Map<string, string[]>, line: string): void {
  if (line.startsWith(':')) {
    chains.set(line.slice(1).split(' ', 1)[0] ?? '', []);
    return;
  }
  const [, command, name = '', rest = ''] = /^-([ADIX]) (\S+) ?(.*)$/.exec(line) ?? [];
  const rules = chains.get(name) ?? expect.fail(`no chain for ${line}`);
  const target = / ?-j (\S+)$/.exec(rest)?.[1];
  if (target?.includes('-') && !chains.has(target)) expect.fail(`no target for ${line}`);
  if (command === 'A') rules.push(rest);
  else if (command === 'X') {
    const used = [...chains.values()].flat().some((rule) => rule.endsWith(`-j ${name}`));
    if (used || rules.length > 0) expect.fail(`${name} is in use`);
    chains.delete(name);
  } else if (command === 'D') {
    const at = rules.indexOf(rest);
    if (at < 0) expect.fail(`nothing to delete: ${line}`);
    rules.splice(at, 1);
  } else {
    const [, position, rule] = /^(\d+) (.*)$/.exec(rest) ?? expect.fail(line);
    const index = Number(position) - 1;
    if (index < 0 || index > rules.length) expect.fail(`index too big: ${line}`);
    rules.splice(index, 0, rule ?? '');
  }
}
