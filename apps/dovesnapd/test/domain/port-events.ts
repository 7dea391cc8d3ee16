import type { Port } from '../../src/domain/attached-network.ts';
import type { PortEvent } from '../../src/domain/port-life.ts';
import { noTreatments } from '../../src/domain/treatments.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../plan/sample.ts';
import { marked } from '../sample-treatments.ts';

/** One event of each kind, as it may happen to a port now: those of an attempt bring its number back. */
export function eventsFor({ attempt }: Pick<Port, 'attempt'>): {
  readonly [K in PortEvent['kind']]: PortEvent;
} {
  const endpoint = sampleEndpoint();
  const from = addPort(sampleNetwork(), 2, { phase: 'claimed', endpoint });
  const acls = ['web'];
  const treatments = noTreatments;
  const reason = 'Docker does not answer yet';
  return {
    made: { kind: 'made', attempt, fits: true },
    relinked: { kind: 'relinked', attempt, hostLink: 'h', peerLink: 'p', txOffload: true },
    'link-work': { kind: 'link-work', work: Promise.resolve() },
    'flows-seen': { kind: 'flows-seen', attempt },
    claimed: { kind: 'claimed', endpoint },
    'moved-in': { kind: 'moved-in', from },
    'moved-out': { kind: 'moved-out' },
    'policy-chosen': { kind: 'policy-chosen', attempt, acls, treatments },
    'treatments-noted': { kind: 'treatments-noted', attempt, treatments: marked },
    'policy-failed': { kind: 'policy-failed', attempt, acls },
    withdrawn: { kind: 'withdrawn', attempt, lost: true },
    'let-go': { kind: 'let-go', attempt },
    opening: { kind: 'opening', attempt },
    opened: { kind: 'opened', attempt },
    held: { kind: 'held' },
    'set-aside': { kind: 'set-aside', phase: 'pending', reason },
    explained: { kind: 'explained', reason },
    doubted: { kind: 'doubted' },
    'flows-lost': { kind: 'flows-lost' },
    'loss-dismissed': { kind: 'loss-dismissed' },
    'offload-set': { kind: 'offload-set', tx: true },
    left: { kind: 'left' },
    rejoined: { kind: 'rejoined' },
    'given-back': { kind: 'given-back', at: 7 },
    'acls-dropped': { kind: 'acls-dropped', acls },
    'acls-defaulted': { kind: 'acls-defaulted', acls },
    broken: { kind: 'broken' },
  };
}
