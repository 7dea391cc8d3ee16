import { type Clock, realClock } from '../clock.ts';
import { FaucetConfigError } from '../error.ts';
import { type ConfigFiles, realFiles } from '../file.ts';
import type { Fetch } from '../reload/metrics.ts';
import { reloadLink } from '../reload/reload.ts';
import type { ReloadProcess } from '../reload/reload-process.ts';
import { type ReloadReport, reloadBetween } from '../reload/reload-report.ts';
import { type Content, contentHash, isBlocking } from './content.ts';
import { held } from './hold-process.ts';
import { ownTexts } from './own-texts.ts';
import { planWrite } from './plan-write.ts';
import { refusals } from './refusals.ts';
import { openRequest, type Request } from './request.ts';
import { revisionKeeper } from './revision-keeper.ts';
import { storeEyes } from './store-eyes.ts';
import type { FaucetSnapshot, FaucetStore } from './store-types.ts';
import { storeWriter } from './store-writer.ts';
import { unlessStopped } from './unless-stopped.ts';

/** How a store reaches Faucet. Everything has a default. */
export interface FaucetStoreOptions {
  /** `http://HOST:PORT` of Faucet's metrics. Without it, nothing can be confirmed. */
  readonly metrics?: string | undefined;
  /** File with Faucet's process id. Default: the process that listens on the metrics port on this host. */
  readonly pidfile?: string | undefined;
  readonly files?: ConfigFiles | undefined;
  readonly clock?: Clock | undefined;
  readonly fetch?: Fetch | undefined;
  readonly findProcess?: (() => Promise<ReloadProcess | undefined>) | undefined;
  readonly isStill?: ((found: ReloadProcess) => Promise<boolean>) | undefined;
  /** Default: SIGHUP. */
  readonly signalProcess?: ((pid: number) => void) | undefined;
}

/**
 * Opens a faucet.yaml for editing. Open one store per file; one Faucet must read the file. The store reads the file and
 * queries Faucet once, then waits for a call or a change of the files. The caller must close it. A call that the caller
 * waits for keeps the process alive; background work does not. If the process ends after an edit was written but before
 * Faucet has confirmed it, Faucet's own file watch has to load it.
 */
export function openFaucetConfig(path: string, options: FaucetStoreOptions = {}): FaucetStore {
  const clock = options.clock ?? realClock;
  const files = options.files ?? realFiles;
  const closing = new AbortController();
  const closed = closing.signal;
  const snapshotOf = snapshots(path);
  const link = reloadLink({ ...options, metrics: options.metrics, clock });
  const revisions = revisionKeeper(clock, closed);
  const shared = { path, clock, link, own: ownTexts(path, files), refusals: refusals() };
  const eyes = storeEyes({ ...shared, files, closed, isBusy: () => writer.isBusy() });
  const settle = (request: Request, outcome: FaucetConfigError | ReloadReport): void => {
    if (outcome instanceof FaucetConfigError) {
      // Only a caller whose call failed with UNCONFIRMED or ABORTED can still ask about it.
      if (request.settled.aborted) revisions.noteFailed(request.number, outcome);
      request.reject(outcome);
      return;
    }
    revisions.noteLoaded(request.number);
    request.resolve({
      reload: reloadBetween(request.before, outcome),
      applied: true,
      milliseconds: clock.now() - request.started,
      revision: request.number,
      problems: eyes.status().problems.filter((problem) => !isBlocking(problem)),
    });
  };
  const writer = storeWriter({ ...shared, signal: closed, ...eyes, settle });
  const watch = {
    isReloading: eyes.isReloading,
    whyUnconfirmed: eyes.whyUnconfirmed,
    withdraw: writer.withdraw,
  };
  return {
    read: async () => snapshotOf(eyes.read()),
    async apply(edits, wait = {}) {
      if (closed.aborted || wait.signal?.aborted) throw stopped(closed.aborted);
      const signals = [closed, ...(wait.signal === undefined ? [] : [wait.signal])];
      const { request, result } = openRequest(
        revisions.next(),
        edits,
        { ...wait, signal: AbortSignal.any(signals) },
        clock,
        watch,
      );
      writer.add(request);
      return await held(result);
    },
    async preview(edits) {
      const [rejected] = planWrite(eyes.read(), [{ edits }], eyes.status().loaded).rejected;
      if (rejected !== undefined) throw rejected.error;
    },
    loaded: (revision, wait = {}) => held(revisions.loaded(revision, wait)),
    status: eyes.status,
    async refresh({ signal, deadline } = {}) {
      const looked = eyes.refresh(deadline);
      await held(signal === undefined ? looked : unlessStopped(looked, signal));
      return eyes.status();
    },
    changes: ({ signal }) => eyes.changes(signal),
    async close() {
      closing.abort();
      eyes.close();
    },
  };
}

/**
 * Returns a function that parses content, once per content however often it is read: with 500 ports, parsing takes a
 * while.
 */
function snapshots(path: string): (content: Content) => FaucetSnapshot {
  const known = new WeakMap<Content, FaucetSnapshot>();
  return (content) => {
    const before = known.get(content);
    if (before !== undefined) return before;
    if (content.text === undefined) {
      throw new FaucetConfigError('MISSING', `there is no ${path}`, { file: path });
    }
    const snapshot = {
      text: content.text,
      hash: contentHash(content.text),
      model: content.opened.model(content.source),
      problems: content.opened.check(content.source),
    };
    known.set(content, snapshot);
    return snapshot;
  };
}

function stopped(isClosed: boolean): FaucetConfigError {
  const what = isClosed ? 'the store is closed' : 'the call was stopped before it began';
  return new FaucetConfigError('ABORTED', `${what}; nothing was written`);
}
