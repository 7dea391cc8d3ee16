import { readFileSync } from 'node:fs';
import { it } from 'vitest';
import type { Port } from '../../src/domain/attached-network.ts';
import { type PortEvent, tellPort } from '../../src/domain/port-life.ts';
import { addPort, type GivenPort, sampleEndpoint, sampleNetwork } from '../plan/sample.ts';
import { expectTables, table } from '../written-page.ts';
import { eventsFor } from './port-events.ts';

const endpoint = sampleEndpoint();

/** A port in each state that people tell apart. */
const states: Readonly<Record<string, GivenPort>> = {
  building: { phase: 'building' },
  warming: { flows: 'awaited' },
  free: {},
  claimed: { phase: 'claimed', endpoint },
  pending: { phase: 'pending', held: true, endpoint },
  refused: { phase: 'refused', held: true, endpoint },
  opening: { phase: 'opening', endpoint },
  open: { endpoint },
  closing: { held: true, endpoint },
  left: { phase: 'left', endpoint },
  dirty: { phase: 'dirty' },
};

function stateOf({ phase, flows, held }: Port): string {
  if (phase === 'free') return flows === 'seen' ? 'free' : 'warming';
  return phase === 'open' && held ? 'closing' : phase;
}

/** The states in which a port may await its flows, or have seen them: the first in which an event changes it counts. */
function variants(given: GivenPort): readonly GivenPort[] {
  if (given.endpoint === undefined || given.phase === 'opening') return [given];
  return (['seen', 'awaited', 'lost'] as const).map((flows) => ({ ...given, flows }));
}

/** What becomes of a port: nothing, a change that leaves its state, or another state. */
function cell(given: GivenPort, kind: PortEvent['kind']): string {
  for (const variant of variants(given)) {
    const port = addPort(sampleNetwork(), 1, variant);
    const before = stateOf(port);
    if (!tellPort(port, eventsFor(port)[kind])) continue;
    return stateOf(port) === before ? '=' : stateOf(port);
  }
  return '';
}

/** Whether an event brings back the number of an attempt. */
function isAnswer(kind: PortEvent['kind']): boolean {
  return 'attempt' in eventsFor({ attempt: 0 })[kind];
}

/** What the source says of each event. */
function words(): ReadonlyMap<string, string> {
  const source = readFileSync(new URL('../../src/domain/port-life.ts', import.meta.url), 'utf8');
  const events = source.matchAll(/\/\*\* ([^*]+) \*\/\s+\| [^']*?kind: '([a-z-]+)'/g);
  return new Map([...events].map(([, text = '', kind = '']) => [kind, text]));
}

it('docs/port-life.md has the life of a port as the code has it', () => {
  const kinds = Object.keys(eventsFor({ attempt: 0 })) as PortEvent['kind'][];
  const rows = kinds.map((kind) => [
    `\`${kind}\``,
    ...Object.values(states).map((given) => cell(given, kind)),
  ]);
  const said = words();
  expectTables('port-life.md', {
    events: table(
      ['event', 'of an attempt', 'what has happened'],
      kinds.map((kind) => [`\`${kind}\``, isAnswer(kind) ? 'yes' : '', said.get(kind) ?? '']),
    ),
    states: table(['event', ...Object.keys(states)], rows),
  });
});
