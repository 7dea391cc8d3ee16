import { describe, expect, it } from 'vitest';
import { isWarming, type Port } from '../../src/domain/attached-network.ts';
import { nextPort, type PortEvent, proceed, prove, tellPort } from '../../src/domain/port-life.ts';
import { noTreatments } from '../../src/domain/treatments.ts';
import { addPort, type GivenPort, sampleEndpoint, sampleNetwork } from '../plan/sample.ts';
import { eventsFor } from './port-events.ts';

const acls = ['web'];
const treatments = noTreatments;
const reason = 'Docker does not answer yet';
const endpoint = sampleEndpoint();

function portAt(given: GivenPort): Port {
  return addPort(sampleNetwork(), 1, given);
}

function after(given: GivenPort, ...events: readonly PortEvent[]): Port {
  const port = portAt(given);
  for (const event of events) tellPort(port, event);
  return port;
}

describe('a port', () => {
  it('is built, gets its flows, is claimed, opened, left, and built again', () => {
    const port = portAt({ phase: 'building' });
    const seen: unknown[] = [];
    for (const kind of [
      ...(['made', 'flows-seen', 'claimed', 'opening', 'opened', 'held', 'left'] as const),
      ...(['given-back', 'made'] as const),
    ]) {
      expect(tellPort(port, eventsFor(port)[kind]), kind).toBe(true);
      seen.push([port.phase, port.flows]);
    }
    expect(seen).toEqual([
      ['free', 'awaited'],
      ['free', 'seen'],
      ['claimed', 'seen'],
      ['opening', 'seen'],
      ['open', 'seen'],
      ['open', 'seen'],
      ['left', 'seen'],
      ['dirty', undefined],
      ['free', 'awaited'],
    ]);
    expect(port.freedAt).toBe(7);
  });

  it('is built again when the switch handles offloads otherwise by the time it is made', () => {
    expect(after({ phase: 'building' }, { kind: 'made', attempt: 0, fits: false }).phase).toBe(
      'dirty',
    );
  });

  it('is not given out twice', () => {
    const [first, second] = [sampleEndpoint(), sampleEndpoint()];
    const port = after({}, { kind: 'claimed', endpoint: first });
    expect(tellPort(port, { kind: 'claimed', endpoint: second })).toBe(false);
    expect(port.endpoint).toBe(first);
  });

  it.each(['building', 'dirty'] as const)('is not given out while it is %s', (phase) => {
    expect(after({ phase }, { kind: 'claimed', endpoint }).endpoint).toBeUndefined();
  });

  it('takes an endpoint over as it was on another port', () => {
    const from = portAt({ phase: 'pending', endpoint, held: true, reason });
    const port = after({ acls }, { kind: 'moved-in', from });
    expect(port).toMatchObject({ phase: 'pending', endpoint, held: true, reason, acls, ofPort: 1 });
  });

  it('keeps the reason for which it is closed apart from what it may become', () => {
    const port = after(
      { phase: 'pending', endpoint, reason: 'old' },
      { kind: 'explained', reason },
    );
    expect(port).toMatchObject({ phase: 'pending', reason });
    tellPort(port, { kind: 'opening', attempt: 0 });
    tellPort(port, { kind: 'opened', attempt: 0 });
    tellPort(port, { kind: 'explained', reason });
    expect(port).toMatchObject({ phase: 'open', reason: undefined });
  });

  it('is not set aside, left or given back before it is closed', () => {
    for (const kind of ['set-aside', 'left', 'given-back', 'moved-out'] as const) {
      const port = portAt({ endpoint });
      expect(nextPort(port, eventsFor(port)[kind]), kind).toBeUndefined();
    }
  });

  it('goes back to what it was when it is not to be opened after all', () => {
    const opening: GivenPort = { phase: 'opening', endpoint };
    expect(after(opening, { kind: 'held' })).toMatchObject({ phase: 'claimed', held: true });
    expect(after({ ...opening, reason }, { kind: 'held' })).toMatchObject({ phase: 'pending' });
    const failed = after(opening, { kind: 'set-aside', phase: 'pending', reason });
    expect(failed).toMatchObject({ phase: 'pending', reason, held: true });
  });

  it('whose container is attached again after it left is claimed, and held until its policy is known', () => {
    const port = after({ phase: 'left', endpoint }, { kind: 'rejoined' });
    expect(port).toMatchObject({ phase: 'claimed', held: true, endpoint });
  });
});

describe('the flows of a port', () => {
  const claimed: GivenPort = { phase: 'claimed', endpoint };

  it('are no proof of an older policy', () => {
    const port = after({ ...claimed, flows: 'awaited' });
    const { attempt } = port;
    tellPort(port, { kind: 'policy-chosen', attempt, acls, treatments });
    expect(tellPort(port, { kind: 'flows-seen', attempt })).toBe(false);
    expect(port.flows).toBe('awaited');
    expect(prove(port, port.attempt)).toBe(attempt + 1);
    expect(port.flows).toBe('seen');
  });

  it('are to be seen again when its policy changes', () => {
    const port = after(claimed, { kind: 'policy-chosen', attempt: 0, acls, treatments });
    expect(port.flows).toBe('edited');
    expect(nextPort(port, eventsFor(port).opening)).toBeUndefined();
  });

  it('stay a proof of a policy that is what it was', () => {
    const { acls: same } = portAt(claimed);
    const port = after(claimed, { kind: 'policy-chosen', attempt: 0, acls: same, treatments });
    expect(port.flows).toBe('seen');
  });

  it('that are lost are so under a fresh veth, too: Faucet takes them for installed', () => {
    const port = after({ ...claimed, flows: 'lost' }, { kind: 'given-back', at: 7 });
    expect([port.phase, isWarming(port)]).toEqual(['dirty', false]);
    tellPort(port, { kind: 'made', attempt: port.attempt, fits: true });
    expect([port.phase, port.flows]).toEqual(['free', 'lost']);
  });

  it('are waited for by the pool when nobody waits any more for those of an edit', () => {
    expect(after({ ...claimed, flows: 'edited' }, { kind: 'moved-out' })).toMatchObject({
      phase: 'free',
      flows: 'awaited',
    });
  });
});

describe('an attempt that is over', () => {
  const over = Object.values(eventsFor({ attempt: 0 })).filter((event) => 'attempt' in event);

  /** A port to which an event may happen, where that is not one that an endpoint has claimed. */
  const inTime: Partial<Record<PortEvent['kind'], GivenPort>> = {
    made: { phase: 'building' },
    relinked: { phase: 'dirty' },
    'flows-seen': { flows: 'awaited' },
    opened: { phase: 'opening', endpoint },
  };

  it.each(over)('changes nothing of a port that is past it: $kind', (event) => {
    const given: GivenPort = { ...(inTime[event.kind] ?? { phase: 'claimed', endpoint }) };
    expect(nextPort(portAt(given), event)).toBeDefined();
    expect(nextPort(portAt({ ...given, attempt: 1 }), event)).toBeUndefined();
  });

  it('is told so', () => {
    const port = after({ phase: 'claimed', endpoint }, { kind: 'held' });
    const over = expect.objectContaining({ code: 'PORT_FAILED' });
    expect(() => proceed(port, { kind: 'opening', attempt: 0 })).toThrow(over);
    expect(() => prove(port, 0)).toThrow(over);
  });

  it('does not open the port of a container that has left', () => {
    const port = portAt({ phase: 'left', endpoint });
    expect(nextPort(port, eventsFor(port).opened)).toBeUndefined();
  });
});
