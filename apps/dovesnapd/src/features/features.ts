import type { Feature } from '../services/core/feature.ts';
import type { Parts } from '../services/core/parts.ts';
import type { Registry } from '../services/core/registry.ts';
import type { FaucetDesk } from '../services/faucet/faucet-desk.ts';
import type { Flows } from '../services/flows/flows.ts';
import { addedPorts } from './added-ports/added-ports.ts';
import { binding } from './binding/binding.ts';
import { isolation } from './isolation/isolation.ts';
import { mirror } from './mirror/mirror.ts';

/** What a feature is made with. */
export interface Around {
  readonly parts: Parts;
  readonly desk: FaucetDesk;
  readonly registry: Registry;
  readonly flows: Flows;
}

const all: readonly ((around: Around) => Feature)[] = [
  ({ parts, registry }) => mirror(parts, registry),
  ({ parts, desk, registry }) => isolation(parts, desk, registry),
  ({ parts }) => addedPorts(parts),
  ({ parts, desk, flows }) => binding(parts, desk, flows),
];

/** Makes the features of the daemon, in the order in which they are asked. */
export function features(around: Around): readonly Feature[] {
  return all.map((feature) => feature(around));
}
