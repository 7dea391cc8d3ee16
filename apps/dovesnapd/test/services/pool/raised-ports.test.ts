import type { Change } from '@dovesnap/netns';
import { expect, test } from 'vitest';
import { tellPort } from '../../../src/domain/port-life.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import { raisedPorts } from '../../../src/services/pool/raised-ports.ts';
import { addPort, sampleNetwork } from '../../plan/sample.ts';

/** Three ports, of a container that waits, of one that is being attached and of nobody, and what is done to them. */
function bed(left: readonly string[] = []) {
  const network = sampleNetwork();
  const waiting = addPort(network, 1, { phase: 'pending', flows: 'lost' });
  const attaching = addPort(network, 2, { phase: 'claimed', flows: 'lost' });
  const free = addPort(network, 3, { phase: 'free', flows: 'lost' });
  const done: string[] = [];
  const act =
    (what: string) =>
    async (_bridge: string, port: string): Promise<void> => {
      done.push(`${what} ${port}`);
    };
  const parts = {
    host: {
      links: async () => [waiting, attaching, free].map(({ hostLink: name }) => ({ name })),
      apply: async (changes: readonly Change[]) => {
        for (const change of changes) {
          if (change.kind !== 'set-link') continue;
          done.push(`${change.settings.up ? 'up' : 'down'} ${change.name}`);
        }
      },
    },
    ofctl: {
      blockPort: act('block'),
      unblockPort: act('unblock'),
      blockedPorts: async () => new Set(left),
    },
  };
  const raised = raisedPorts(parts as unknown as Parts);
  return { network, waiting, attaching, free, done, raised };
}

test('a port whose container waits is blocked before it is up, and down before that ends', async () => {
  const { network, waiting, done, raised } = bed();
  await raised.raise(network, [waiting]);
  await raised.lower([waiting]);
  const link = waiting.hostLink;
  expect(done).toEqual([`block ${link}`, `up ${link}`, `down ${link}`, `unblock ${link}`]);
});

test('a port is up without a block where no container can be', async () => {
  const { network, attaching, free, done, raised } = bed();
  await raised.raise(network, [attaching, free]);
  await raised.lower([attaching, free]);
  expect(done.filter((what) => what.includes('block'))).toEqual([]);
});

test('a port that is opened while it is blocked is let through', async () => {
  const { network, waiting, attaching, done, raised } = bed();
  await raised.raise(network, [waiting]);
  await raised.unblock(waiting);
  await raised.unblock(waiting);
  await raised.unblock(attaching);
  expect(done.slice(2)).toEqual([`unblock ${waiting.hostLink}`]);
});

test('a block that a daemon before has left ends, too', async () => {
  const name = addPort(sampleNetwork(), 1).hostLink;
  const { network, waiting, attaching, done, raised } = bed([name, 'somebody']);
  expect(waiting.hostLink).toBe(name);
  await raised.learn(network);
  await raised.lower([waiting, attaching]);
  expect(done.filter((what) => what.includes('block'))).toEqual([`unblock ${name}`]);
});

test('whoever closes a port waits until it is up', async () => {
  const { network, waiting, done, raised } = bed();
  const raising = raised.raise(network, [waiting]);
  tellPort(waiting, { kind: 'held' });
  await waiting.closing;
  expect(done.at(-1)).toBe(`up ${waiting.hostLink}`);
  await raising;
});
