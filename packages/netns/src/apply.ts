import { CommandError } from '@dovesnap/command';
import { applyIpChanges } from './apply-ip.ts';
import { applySeals } from './apply-seals.ts';
import { type IpChange, isIpChange } from './batch-line.ts';
import { toNetnsError } from './error.ts';
import { requireLinkName } from './link-name.ts';
import type { Namespace } from './namespace.ts';
import { mergingFeatures } from './parse-merging.ts';
import type { SealChange } from './seal.ts';
import type { Change } from './types.ts';

type OffloadChange = Extract<Change, { kind: 'set-offload' | 'set-merging' }>;
type Group =
  | { readonly tool: 'ip'; readonly changes: IpChange[] }
  | { readonly tool: 'seal'; readonly changes: SealChange[] }
  | { readonly tool: 'ethtool'; readonly changes: OffloadChange[] };

/**
 * Applies changes in order. Neighbouring changes share a program where possible.
 * @throws NetnsError
 */
export async function applyChanges(
  namespace: Namespace,
  changes: readonly Change[],
): Promise<void> {
  for (const group of groupByTool(changes)) {
    if (group.tool === 'ip') await applyIpChanges(namespace, group.changes);
    else if (group.tool === 'seal') await applySeals(namespace, group.changes);
    else for (const change of group.changes) await applyOffload(namespace, change);
  }
}

/** Splits changes into groups that use the same program. */
export function groupByTool(changes: readonly Change[]): readonly Group[] {
  const groups: Group[] = [];
  for (const change of changes) {
    const group = toGroup(change);
    const last = groups.at(-1);
    if (last?.tool === group.tool) (last.changes as Change[]).push(change);
    else groups.push(group);
  }
  return groups;
}

function toGroup(change: Change): Group {
  if (isIpChange(change)) return { tool: 'ip', changes: [change] };
  if (change.kind === 'set-offload' || change.kind === 'set-merging') {
    return { tool: 'ethtool', changes: [change] };
  }
  return { tool: 'seal', changes: [change] };
}

async function applyOffload(namespace: Namespace, change: OffloadChange): Promise<void> {
  const features = featuresOf(change);
  const argv = ['ethtool', '-K', requireLinkName(change.link), ...features] as const;
  try {
    await namespace.run([...argv]);
  } catch (cause) {
    // ethtool 6.1 reports this, with exit code 1, when the feature already has the wanted state and cannot change.
    if (cause instanceof CommandError && /Could not change any/.test(cause.stderr)) return;
    const tried = `offload of ${change.link} could not be switched to ${features.join(' ')}`;
    throw toNetnsError(tried, cause, { change, target: namespace.target });
  }
}

function featuresOf(change: OffloadChange): readonly string[] {
  if (change.kind === 'set-offload') return ['tx', change.tx ? 'on' : 'off'];
  return mergingFeatures.flatMap((feature) => [
    feature,
    change.features.includes(feature) ? 'on' : 'off',
  ]);
}
