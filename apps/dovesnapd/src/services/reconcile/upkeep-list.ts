import type { LinkNews } from '@dovesnap/netns';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import type { Registry } from '../core/registry.ts';
import { dropDoneRepairs } from '../core/repair-notes.ts';
import type { ReconcilerServices } from './reconciler.ts';

/**
 * Why the daemon looks. `switch`, `ports`: something has changed in the switch, or a network was taken up. `pass`: all that
 * the switch remembers has been compared with what is there. `faucet`: Faucet or faucet.yaml says something else;
 * `by-others`: because somebody else has changed the file. `docker`: Docker has told of an event. `link`: a link came,
 * changed or went; `links`: some may have. `rules`: somebody may have changed firewall rules; `seals`: or removed seals of
 * links.
 */
export type Reason =
  | { readonly kind: 'link'; readonly news: LinkNews }
  | {
      readonly kind:
        | 'switch'
        | 'ports'
        | 'pass'
        | 'faucet'
        | 'by-others'
        | 'docker'
        | 'links'
        | 'rules'
        | 'seals';
    };

/** Something that is kept true. */
export interface Kept {
  readonly name: string;
  readonly on: readonly Reason['kind'][];
  /** Compares what is with what is to be, of these networks, and puts right what differs, in the background. */
  readonly look: (reason: Reason, networks: readonly AttachedNetwork[]) => void;
}

/**
 * Everything that is kept true, in the order in which it is looked at. That there are the networks which the switch
 * remembers and Docker lists is what passes and surveys see to (`passes.ts`, `docker-survey.ts`).
 */
export function upkeepList(services: ReconcilerServices): readonly Kept[] {
  return [...aroundNetworks(services), ...ofFeatures(services), ...ofNetworks(services)];
}

/** What is kept true on the host, and of what others have or do there. */
function aroundNetworks(services: ReconcilerServices): readonly Kept[] {
  const { outOfBand, rules, seals, containerLinks, others, hostPortLinks, policies } = services;
  return [
    {
      name: 'no bridge has in-band control',
      on: ['switch'],
      look: () => outOfBand.look(undefined),
    },
    {
      name: 'the firewall rules are those of the networks',
      on: ['rules'],
      look: () => rules.look(undefined),
    },
    {
      name: 'the links of userspace bridges are sealed',
      on: ['seals'],
      look: () => seals.look(undefined),
    },
    {
      name: 'what happens to the links of containers is known',
      on: ['link', 'links'],
      look: (reason) =>
        reason.kind === 'link' ? containerLinks.heard(reason.news) : containerLinks.lookAtAll(),
    },
    {
      name: 'ports of others have the VLAN and the ACLs of their rows',
      on: ['ports', 'faucet', 'by-others'],
      look: each(others.look),
    },
    {
      name: 'what happens to host interfaces is known',
      on: ['ports', 'faucet', 'by-others', 'link', 'links'],
      look: (reason, networks) => {
        if (reason.kind === 'link') hostPortLinks.heard(reason.news);
        else if (reason.kind === 'links') hostPortLinks.lookAtAll();
        else networks.forEach(hostPortLinks.lookOnce);
      },
    },
    {
      name: 'ports are open only as long as the rules of their ACLs are in force',
      on: ['ports', 'faucet', 'by-others'],
      look: each(policies.look),
    },
  ];
}

/** What features do to each network. */
function ofFeatures({ features }: ReconcilerServices): readonly Kept[] {
  return features.map((feature) => ({
    name: feature.what,
    on: ['ports', 'faucet', 'by-others', 'docker', 'link'],
    look: (reason, networks) => {
      if (reason.kind === 'link') return feature.heard?.(reason.news);
      const retry = reason.kind !== 'ports';
      for (const network of networks) feature.tend?.(network, { retry });
    },
  }));
}

/** What is kept true of a network's own ports. */
function ofNetworks(services: ReconcilerServices): readonly Kept[] {
  const { attachments, lostFlows, offloads, pool, drift } = services;
  return [
    {
      name: 'notes of repairs go when these are done',
      on: ['ports', 'faucet', 'by-others'],
      look: each(({ notes }) => dropDoneRepairs(notes)),
    },
    {
      name: 'attaches that were put off are decided when they can be',
      on: ['pass', 'faucet'],
      look: each(attachments.resume),
    },
    {
      name: 'attaches that were refused are decided again',
      on: ['by-others'],
      look: each(attachments.reconsider),
    },
    {
      name: 'ports have their flows',
      on: ['faucet', 'by-others'],
      look: each(lostFlows.look),
    },
    {
      name: 'containers offload what the switch can do',
      on: ['pass'],
      look: each(offloads.look),
    },
    {
      name: 'the pool has enough free ports',
      on: ['pass', 'faucet', 'by-others'],
      look: each((network) => (network.record.name === undefined ? undefined : pool.tend(network))),
    },
    {
      name: 'our part of faucet.yaml is as we wrote it',
      on: ['faucet', 'by-others'],
      look: each(drift.look),
    },
  ];
}

/** Looks for a reason; default: at all networks. */
export type Tend = (reason: Reason, networks?: readonly AttachedNetwork[]) => void;

/** Makes {@link Tend} of what is kept true. */
export function tendBy(registry: Pick<Registry, 'all'>, kept: readonly Kept[]): Tend {
  return (reason, networks = registry.all()) => {
    for (const { on, look } of kept) if (on.includes(reason.kind)) look(reason, networks);
  };
}

function each(look: (network: AttachedNetwork) => void): Kept['look'] {
  return (_, networks) => {
    for (const network of networks) look(network);
  };
}
