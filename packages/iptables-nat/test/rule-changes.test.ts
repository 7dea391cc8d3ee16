import { CommandError, type OutputLine, type Spawn } from '@dovesnap/command';
import { type FakeClock, fakeClock } from '@dovesnap/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ruleChanges } from '../src/rule-changes.ts';
import type { Backend, RuleChange } from '../src/types.ts';

/** A program that prints what it is told to, until it is told to end. */
interface Program {
  readonly argv: readonly string[];
  say(text: string, stream?: OutputLine['stream']): void;
  end(code: number): void;
}

function programs(): { readonly spawn: Spawn; readonly started: Program[] } {
  const started: Program[] = [];
  const spawn: Spawn = (file, args, options = {}) => {
    let push = (_line: OutputLine | undefined): void => undefined;
    const queue: (OutputLine | undefined)[] = [];
    push = (line) => void queue.push(line);
    let finish = (_code: number): void => undefined;
    const exited = new Promise<{ code: number; signal: undefined }>((resolve) => {
      finish = (code) => resolve({ code, signal: undefined });
    });
    async function* lines(): AsyncGenerator<OutputLine, void> {
      for (;;) {
        if (queue.length === 0) {
          await new Promise<void>((resolve) => {
            push = (line) => {
              queue.push(line);
              resolve();
            };
          });
        }
        const line = queue.shift();
        if (line === undefined) return;
        yield line;
      }
    }
    const end = (code: number): void => {
      push(undefined);
      finish(code);
    };
    options.signal?.addEventListener('abort', () => end(143));
    started.push({
      argv: [file, ...args],
      say: (text, stream = 'stdout') => push({ stream, text }),
      end,
    });
    return {
      pid: 1,
      lines: lines(),
      exited,
      write: () => undefined,
      close: async () => end(143),
    };
  };
  return { spawn, started };
}

/** Follows the changes as a reader that is done at once; counts them. */
function follow(backend: Backend, spawn: Spawn) {
  const clock: FakeClock = fakeClock();
  const stop = new AbortController();
  const blind: string[] = [];
  const told: RuleChange[] = [];
  const edges = { backend, spawn, clock };
  const reading = (async (): Promise<void> => {
    const onBlind = (reason: string) => void blind.push(reason);
    const options = { signal: stop.signal, onBlind, tables: { 'netdev mine': () => true } };
    for await (const change of ruleChanges(edges, options)) told.push(change);
  })();
  onTestFinished(async () => {
    stop.abort();
    await clock.advance(0);
    await reading;
  });
  /** How many changes come while the time moves that far. */
  const during = async (ms: number): Promise<number> => {
    const before = told.length;
    await clock.advance(ms);
    return told.length - before;
  };
  return { during, blind, clock, told };
}

/** As long as it takes until a monitor that was started listens for certain. */
const settled = 5100;

describe('changes of nf_tables', () => {
  it('are told by one nft monitor: at the start, and twice until it listens for certain', async () => {
    const { spawn, started } = programs();
    const { during } = follow('nft', spawn);
    expect(await during(0)).toBe(1);
    expect(await during(settled)).toBe(2);
    expect(await during(3_600_000)).toBe(0);
    expect(started.map(({ argv }) => argv)).toEqual([['nft', 'monitor']]);
  });

  it('come at once, and together where they come together', async () => {
    const { spawn, started } = programs();
    const { during, told } = follow('nft', spawn);
    await during(settled);
    const [monitor] = started;
    monitor?.say('delete rule ip filter FORWARD handle 5');
    expect(await during(0)).toBe(1);
    expect(told.at(-1)).toEqual({ rules: true, tables: new Set() });
    monitor?.say('delete rule netdev mine chain handle 6');
    monitor?.say('# new generation 8 by process 9601 (iptables)');
    expect(await during(50)).toBe(0);
    monitor?.say('add rule ip6 nat POSTROUTING counter packets 0 bytes 0 masquerade');
    expect(await during(49)).toBe(0);
    expect(await during(1)).toBe(1);
    expect(told.at(-1)).toEqual({ rules: true, tables: new Set(['netdev mine']) });
    expect(await during(1000)).toBe(0);
  });

  it('in tables that iptables has no part in are none', async () => {
    const { spawn, started } = programs();
    const { during } = follow('nft', spawn);
    await during(settled);
    started[0]?.say('add rule inet firewalld filter_FORWARD ct state established accept');
    started[0]?.say('# new generation 9 by process 9602 (firewalld)');
    expect(await during(1000)).toBe(0);
  });

  it('are looked for every 0.7 s while nft monitor does not run, which is said', async () => {
    const { spawn, started } = programs();
    const { during, blind } = follow('nft', spawn);
    await during(settled);
    started[0]?.say('Error: Could not open netlink socket', 'stderr');
    started[0]?.end(1);
    expect(await during(1399)).toBe(2);
    expect(blind).toEqual(['Error: Could not open netlink socket']);
    expect(started).toHaveLength(1);
    await during(1);
    expect(started).toHaveLength(2);
    expect(await during(settled)).toBe(2);
    expect(await during(60_000)).toBe(0);
  });

  it('are looked for every 0.7 s where there is no nft, which is tried again once a minute at last', async () => {
    let tries = 0;
    const failing: Spawn = () => {
      tries += 1;
      const exited = Promise.reject(
        new CommandError('NOT_FOUND', 'nft is not installed (running nft monitor)', { argv: [] }),
      );
      exited.catch(() => undefined);
      const lines = (async function* (): AsyncGenerator<OutputLine, void> {})();
      return { pid: undefined, lines, exited, write: () => undefined, close: async () => {} };
    };
    const { during, blind } = follow('nft', failing);
    await during(120_000);
    const before = tries;
    expect(await during(700_000)).toBe(1000);
    expect(tries - before).toBe(12);
    expect(new Set(blind)).toEqual(new Set(['nft is not installed (running nft monitor)']));
  });
});

describe('changes of legacy tables', () => {
  it('are looked for every 0.7 s', async () => {
    const { spawn, started } = programs();
    const { during } = follow('legacy', spawn);
    expect(await during(0)).toBe(1);
    expect(await during(70_000)).toBe(100);
    expect(started).toEqual([]);
  });
});
