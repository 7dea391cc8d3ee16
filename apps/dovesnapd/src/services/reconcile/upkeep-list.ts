import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { dropDoneRepairs } from '../core/repair-notes.ts';
import type { ReconcilerServices } from './reconciler.ts';

/**
 * Why the daemon looks at its networks. `ports`: something has changed in the switch, or a network was taken up. `pass`:
 * all that the switch remembers has been compared with what is there. `faucet`: Faucet or faucet.yaml says something else;
 * `by-others`: because somebody else has changed the file. `docker`: Docker has told of an event.
 */
export type Trigger = 'ports' | 'pass' | 'faucet' | 'by-others' | 'docker';

/** Something that is kept true of each network. */
export interface Kept {
  readonly name: string;
  readonly on: readonly Trigger[];
  /** Compares what is with what is to be, and puts right what differs, in the background. */
  readonly look: (network: AttachedNetwork, trigger: Trigger) => void;
}

/** Everything that is kept true of a network, in the order in which it is looked at. */
export function upkeepList(services: ReconcilerServices): readonly Kept[] {
  const {
    others,
    hostPortLinks,
    policies,
    features,
    attachments,
    lostFlows,
    offloads,
    pool,
    drift,
  } = services;
  return [
    {
      name: 'ports of others have the VLAN and the ACLs of their rows',
      on: ['ports', 'faucet', 'by-others'],
      look: (network) => others.look(network),
    },
    {
      name: 'links of host interfaces are up',
      on: ['ports', 'faucet', 'by-others'],
      look: (network) => hostPortLinks.lookOnce(network),
    },
    {
      name: 'ports are open only as long as the rules of their ACLs are in force',
      on: ['ports', 'faucet', 'by-others'],
      look: (network) => policies.look(network),
    },
    ...features.map(
      (feature): Kept => ({
        name: feature.what,
        on: ['ports', 'faucet', 'by-others', 'docker'],
        look: (network, trigger) => feature.tend?.(network, { retry: trigger !== 'ports' }),
      }),
    ),
    {
      name: 'notes of repairs go when these are done',
      on: ['ports', 'faucet', 'by-others'],
      look: ({ notes }) => dropDoneRepairs(notes),
    },
    {
      name: 'attaches that were put off are decided when they can be',
      on: ['pass', 'faucet'],
      look: (network) => attachments.resume(network),
    },
    {
      name: 'attaches that were refused are decided again',
      on: ['by-others'],
      look: (network) => attachments.reconsider(network),
    },
    {
      name: 'ports have their flows',
      on: ['faucet', 'by-others'],
      look: (network) => lostFlows.look(network),
    },
    {
      name: 'containers offload what the switch can do',
      on: ['pass'],
      look: (network) => offloads.look(network),
    },
    {
      name: 'the pool has enough free ports',
      on: ['pass', 'faucet', 'by-others'],
      look: (network) => (network.record.name === undefined ? undefined : pool.tend(network)),
    },
    {
      name: 'our part of faucet.yaml is as we wrote it',
      on: ['faucet', 'by-others'],
      look: (network) => drift.look(network),
    },
  ];
}

/** Looks at networks for a reason, one after another. */
export type Tend = (trigger: Trigger, networks: readonly AttachedNetwork[]) => void;

/** Makes {@link Tend} of what is kept true. */
export function tendBy(kept: readonly Kept[]): Tend {
  return (trigger, networks) => {
    const concerned = kept.filter(({ on }) => on.includes(trigger));
    for (const network of networks) for (const { look } of concerned) look(network, trigger);
  };
}
