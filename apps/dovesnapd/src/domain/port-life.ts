import {
  type AttachedEndpoint,
  type ClosedPort,
  type FlowsPhase,
  isOffSwitch,
  isProven,
  type Port,
  type PortBody,
  type PortLife,
} from './attached-network.ts';
import { DovesnapError } from './error.ts';
import { differingTreatments, type Treatments } from './treatments.ts';

/** An event of an attempt to have a port's policy in force: the number that the port had when it was asked for. */
interface OfAttempt {
  readonly attempt: number;
}

/** What happens to a port, or is decided about it. The kinds are in the order of a port's life. */
export type PortEvent =
  /** Its veth is on the bridge. `fits`: the switch still handles offloads as it did when the veth was made. */
  | (OfAttempt & { readonly kind: 'made'; readonly fits: boolean })
  /** Its new veth has taken the place of the old one on the bridge. */
  | (OfAttempt & {
      readonly kind: 'relinked';
      readonly hostLink: string;
      readonly peerLink: string;
      readonly txOffload: boolean | undefined;
    })
  /** Work on its link has begun, which must be over before anybody else touches the link. */
  | { readonly kind: 'link-work'; readonly work: Promise<void> }
  /** Every flow of its policy is in the switch. */
  | (OfAttempt & { readonly kind: 'flows-seen' })
  /** An endpoint gets it. */
  | { readonly kind: 'claimed'; readonly endpoint: AttachedEndpoint }
  /** An endpoint gets it instead of another port, `from`, before anything was opened. */
  | { readonly kind: 'moved-in'; readonly from: Port }
  /** Its endpoint has moved to another port. */
  | { readonly kind: 'moved-out' }
  /** The container's policy is known. */
  | (OfAttempt & {
      readonly kind: 'policy-chosen';
      readonly acls: readonly string[];
      readonly treatments: Treatments;
    })
  /** What the container asks for besides is known, and nothing of it can be given by its network. */
  | (OfAttempt & { readonly kind: 'treatments-noted'; readonly treatments: Treatments })
  /** Faucet did not take its new ACLs; its old flows have been deleted. */
  | (OfAttempt & { readonly kind: 'policy-failed'; readonly acls: readonly string[] })
  /** It leaves Faucet, to come back under its policy. `lost`: because its flows did not come. */
  | (OfAttempt & { readonly kind: 'withdrawn'; readonly lost: boolean })
  /** Its policy is known and recorded: the pool may do its part. */
  | (OfAttempt & { readonly kind: 'let-go' })
  /** Its link is about to be opened. */
  | (OfAttempt & { readonly kind: 'opening' })
  /** Its link is open to its endpoint. */
  | (OfAttempt & { readonly kind: 'opened' })
  /** Its link may only be closed from now on. */
  | { readonly kind: 'held' }
  /** It stays closed to its endpoint. */
  | {
      readonly kind: 'set-aside';
      readonly phase: 'pending' | 'refused';
      readonly reason: string;
    }
  /** Why it is closed has become known. */
  | { readonly kind: 'explained'; readonly reason: string }
  /** What faucet.yaml or the switch has for it is in doubt: it is written and seen again before it is opened. */
  | { readonly kind: 'doubted' }
  /** The switch has lost flows of its policy. */
  | { readonly kind: 'flows-lost' }
  /** It could not be closed after its flows were lost. */
  | { readonly kind: 'loss-dismissed' }
  /** The end of its veth in the container offloads otherwise now. */
  | { readonly kind: 'offload-set'; readonly tx: boolean }
  /** Its container has left. */
  | { readonly kind: 'left' }
  /** Docker attaches the container again. */
  | { readonly kind: 'rejoined' }
  /** Its endpoint is gone. `at`: milliseconds since the epoch. */
  | { readonly kind: 'given-back'; readonly at: number }
  /** Nobody else uses the ACL that a label asked for: it goes back to the network's default. */
  | { readonly kind: 'acls-dropped'; readonly acls: readonly string[] }
  /** The network's default ACLs have become known with its name. */
  | { readonly kind: 'acls-defaulted'; readonly acls: readonly string[] }
  /** Its device is broken, or it may not be given to another container. */
  | { readonly kind: 'broken' };

type Kind = PortEvent['kind'];
type EventOf<K extends Kind> = Extract<PortEvent, { kind: K }>;
type Steps = { readonly [K in Kind]: (port: Port, event: EventOf<K>) => Port | undefined };

const nobodys = { endpoint: undefined, held: false, reason: undefined } as const;

function free(flows: FlowsPhase): PortLife {
  // Nobody waits any more for the flows of an edit: the pool does.
  return { ...nobodys, phase: 'free', flows: flows === 'edited' ? 'awaited' : flows };
}

/** A port that is to get a fresh veth, or to go. */
function dirty({ flows }: Port): PortLife {
  return { ...nobodys, phase: 'dirty', flows: flows === 'lost' ? 'lost' : undefined };
}

function isClosed(port: Port): port is ClosedPort {
  return port.phase === 'claimed' || port.phase === 'pending' || port.phase === 'refused';
}

function isClosing(port: Port): port is PortBody & Extract<PortLife, { phase: 'open' }> {
  return port.phase === 'open' && port.held;
}

/** What a port goes back to that is not to be opened after all. */
function closedPhase({ reason }: Port): ClosedPort['phase'] {
  return reason === undefined ? 'claimed' : 'pending';
}

/** Under another policy than that of the flows that have been seen, those are no proof any more. */
function flowsUnder(
  port: ClosedPort,
  { acls, treatments }: Pick<Port, 'acls' | 'treatments'>,
): FlowsPhase {
  const isSame =
    acls.join() === port.acls.join() &&
    differingTreatments(treatments, port.treatments).length === 0;
  return port.flows === 'seen' && !isSame ? 'edited' : port.flows;
}

/** What is asked for from now on is asked for under another number. */
function newAttempt(port: Port): Port {
  return { ...port, attempt: port.attempt + 1 };
}

/** What each event makes of a port. `undefined`: nothing, because the port is past it. */
const steps: Steps = {
  made: (port, { fits }) =>
    isOffSwitch(port)
      ? newAttempt({ ...port, ...(fits ? free(port.flows ?? 'awaited') : dirty(port)) })
      : undefined,
  relinked: (port, { hostLink, peerLink, txOffload }) =>
    port.phase === 'dirty' ? { ...port, hostLink, peerLink, txOffload } : undefined,
  'link-work': (port, { work }) => ({ ...port, closing: work }),
  'flows-seen': (port) =>
    isOffSwitch(port) || port.flows === 'seen' || port.phase === 'left'
      ? undefined
      : { ...port, flows: 'seen' },
  claimed: (port, { endpoint }) =>
    port.phase === 'free' ? { ...port, phase: 'claimed', endpoint } : undefined,
  'moved-in': (port, { from }) =>
    port.phase === 'free' && isClosed(from)
      ? {
          ...port,
          phase: from.phase,
          endpoint: from.endpoint,
          held: from.held,
          reason: from.reason,
        }
      : undefined,
  'moved-out': (port) =>
    isClosed(port) ? newAttempt({ ...port, ...free(port.flows) }) : undefined,
  'policy-chosen': (port, { acls, treatments }) =>
    isClosed(port)
      ? newAttempt({ ...port, acls, treatments, flows: flowsUnder(port, { acls, treatments }) })
      : undefined,
  'treatments-noted': (port, { treatments }) =>
    isClosed(port) ? { ...port, treatments } : undefined,
  'policy-failed': (port, { acls }) =>
    isClosed(port) ? newAttempt({ ...port, acls, flows: 'lost', held: true }) : undefined,
  withdrawn: (port, { lost }) =>
    isClosed(port)
      ? newAttempt({
          ...port,
          held: true,
          flows: lost || port.flows === 'lost' ? 'lost' : 'awaited',
        })
      : undefined,
  'let-go': (port) => (isClosed(port) ? { ...port, held: false } : undefined),
  opening: (port) =>
    port.phase === 'opening' || (isClosed(port) && port.flows === 'seen')
      ? { ...port, phase: 'opening', flows: 'seen', held: false }
      : undefined,
  opened: (port) =>
    port.phase === 'opening' ? { ...port, phase: 'open', reason: undefined } : undefined,
  held: (port) => {
    if (port.phase === 'opening')
      return newAttempt({ ...port, phase: closedPhase(port), held: true });
    return isClosed(port) || port.phase === 'open'
      ? newAttempt({ ...port, held: true })
      : undefined;
  },
  'set-aside': (port, { phase, reason }) => {
    if (port.phase === 'opening') return newAttempt({ ...port, phase, reason, held: true });
    return isClosed(port) || isClosing(port) ? { ...port, phase, reason } : undefined;
  },
  explained: (port, { reason }) => (port.phase === 'pending' ? { ...port, reason } : undefined),
  doubted: (port) =>
    (port.phase === 'free' || isClosed(port)) && port.flows !== 'lost'
      ? newAttempt({ ...port, flows: 'awaited' })
      : undefined,
  'flows-lost': (port) =>
    port.phase === 'free' || port.phase === 'open'
      ? newAttempt({ ...port, flows: 'lost' })
      : undefined,
  'loss-dismissed': (port) =>
    port.phase === 'open' && port.flows === 'lost' ? { ...port, flows: 'awaited' } : undefined,
  'offload-set': (port, { tx }) => ({ ...port, txOffload: tx }),
  left: (port) =>
    isClosed(port) || isClosing(port)
      ? newAttempt({ ...port, phase: 'left', held: true })
      : undefined,
  rejoined: (port) => (port.phase === 'left' ? { ...port, phase: 'claimed' } : undefined),
  'given-back': (port, { at }) =>
    isClosed(port) || port.phase === 'left'
      ? newAttempt({ ...port, ...dirty(port), freedAt: at })
      : undefined,
  'acls-dropped': (port, { acls }) => {
    if (port.phase === 'dirty') return { ...port, acls };
    return port.phase === 'free' ? newAttempt({ ...port, ...dirty(port), acls }) : undefined;
  },
  'acls-defaulted': (port, { acls }) => {
    if (isOffSwitch(port)) return { ...port, acls };
    return port.phase === 'free' && port.flows !== 'seen'
      ? newAttempt({ ...port, acls })
      : undefined;
  },
  broken: (port) => (port.phase === 'free' ? newAttempt({ ...port, ...dirty(port) }) : undefined),
};

/**
 * What an event makes of a port: undefined when the port is past it, as when an answer comes late. An answer to an earlier
 * attempt makes nothing of it.
 */
export function nextPort(port: Port, event: PortEvent): Port | undefined {
  if ('attempt' in event && event.attempt !== port.attempt) return undefined;
  const step = steps[event.kind] as (port: Port, event: PortEvent) => Port | undefined;
  return step(port, event);
}

/**
 * Tells a port what has happened. The only place where a port is changed. Returns whether anything was: not when the port
 * is past the event.
 */
export function tellPort(port: Port, event: PortEvent): boolean {
  const next = nextPort(port, event);
  if (next === undefined) return false;
  Object.assign(port, next);
  return true;
}

/**
 * Tells a port an event of an attempt, and returns the number under which the attempt goes on.
 * @throws DovesnapError `PORT_FAILED` when the attempt is over.
 */
export function proceed(port: Port, event: Extract<PortEvent, OfAttempt>): number {
  if (!tellPort(port, event)) throw isOver(port);
  return port.attempt;
}

/**
 * Tells a port that the flows of its policy have been seen in an attempt, and returns its number.
 * @throws DovesnapError `PORT_FAILED` when the attempt is over: what was seen is no proof any more.
 */
export function prove(port: Port, attempt: number): number {
  tellPort(port, { kind: 'flows-seen', attempt });
  if (!isProven(port, attempt)) throw isOver(port);
  return attempt;
}

function isOver({ ofPort }: Port): DovesnapError {
  return new DovesnapError('PORT_FAILED', `port ${ofPort} was closed while it was to be opened`);
}
