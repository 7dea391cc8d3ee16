import {
  type Edit,
  type EditStep,
  FaucetConfigError,
  type FaucetModel,
  type FaucetStatus,
  type FaucetStore,
  type Problem,
  type Wait,
} from '@dovesnap/faucet-config';
import { DovesnapError } from '../../domain/error.ts';
import { isPortDescription } from '../../domain/names.ts';
import type { Clock } from '../../ports.ts';

/** Descriptions serve people only, and each write makes Gauge start its counters anew: they wait for company. */
const descriptionDelayMs = 15_000;

/** Whether Faucet has said that it has loaded what was written, or the revision to wait for. */
export type Written =
  | { readonly confirmed: true }
  | { readonly confirmed: false; readonly revision: number };

/** Faucet's configuration as the services use it. */
export interface FaucetDesk {
  /** The model as last read; undefined while the file cannot be read. */
  readonly latest: FaucetModel | undefined;
  /** What is wrong with the file as last read, also what Faucet lives with. */
  readonly problems: readonly Problem[];
  /** The model now. @throws DovesnapError `FAUCET_FILE`. */
  model(): Promise<FaucetModel>;
  /** Whether what is in the switch is what the file says, or nobody can say otherwise now. */
  readonly inForce: boolean;
  /**
   * Whether something that the file says is in the switch: all of it is, or Faucet, which has yet to load what was
   * written since, had it when it last had all.
   */
  hasInForce(isSame: (loaded: FaucetModel, now: FaucetModel) => boolean): boolean;
  /** @throws DovesnapError `FAUCET_FILE`, `FAUCET_REFUSED`. */
  write(makeEdits: (model: FaucetModel) => readonly EditStep[], wait: Wait): Promise<Written>;
  /** Resolves when Faucet has loaded that revision. @throws FaucetConfigError `ABORTED`. */
  loaded(revision: number, wait: Wait): Promise<void>;
  /** Resolves at the next change of the file or of what is known of Faucet; also when the signal fires. */
  untilChange(signal: AbortSignal): Promise<void>;
  /** Queues an edit that only people care about: it goes with the next write, or after a while. */
  later(subject: string, edit: Edit): void;
  close(): Promise<void>;
}

/** Makes a {@link FaucetDesk} over a store. */
export function faucetDesk(options: {
  readonly store: FaucetStore;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}): FaucetDesk {
  const { store, clock, signal, onError } = options;
  const queued = new Map<string, Edit>();
  let latest: FaucetModel | undefined;
  let problems: readonly Problem[] = [];
  let flushing = false;
  let loaded: FaucetModel | undefined;

  const model = async (): Promise<FaucetModel> => {
    try {
      const found = await store.read();
      latest = found.model;
      problems = found.problems;
      if (store.status().loaded) loaded = latest;
      return latest;
    } catch (error) {
      if (error instanceof FaucetConfigError && error.code === 'MISSING') return emptyModel;
      throw asOurs(error);
    }
  };
  const takeQueued = (known: FaucetModel): Edit[] => {
    const edits = [...queued.values()];
    queued.clear();
    return edits.filter((edit) => edit.kind === 'set-interface' && isDescribedByUs(known, edit));
  };
  const apply = async (edits: readonly EditStep[], wait: Wait): Promise<Written> => {
    try {
      await store.apply(edits, wait);
      return { confirmed: true };
    } catch (error) {
      if (error instanceof FaucetConfigError && error.code === 'UNCONFIRMED') {
        return { confirmed: false, revision: error.revision ?? 0 };
      }
      throw asOurs(error);
    } finally {
      await model().catch(() => undefined);
    }
  };
  const flush = async (): Promise<void> => {
    if (flushing) return;
    flushing = true;
    await clock.sleep(descriptionDelayMs, signal);
    flushing = false;
    if (queued.size === 0 || signal.aborted) return;
    const known = await model();
    await apply(takeQueued(known), { signal, deadline: descriptionDelayMs });
  };
  return {
    get latest() {
      return latest;
    },
    get problems() {
      return problems;
    },
    untilChange: async (wanted) => {
      await nextChange(store, AbortSignal.any([wanted, signal]));
      await model().catch(() => undefined);
    },
    get inForce() {
      return isInForce(store.status());
    },
    hasInForce: (isSame) =>
      isInForce(store.status()) ||
      (loaded !== undefined && latest !== undefined && isSame(loaded, latest)),
    model,
    write: async (makeEdits, wait) => {
      const known = await model();
      return apply([...takeQueued(known), ...makeEdits(known)], wait);
    },
    loaded: (revision, wait) => store.loaded(revision, wait),
    later: (subject, edit) => {
      queued.set(subject, edit);
      flush().catch(onError);
    },
    close: async () => {
      queued.clear();
      await store.close();
    },
  };
}

async function nextChange(store: FaucetStore, signal: AbortSignal): Promise<void> {
  const own = new AbortController();
  for await (const _ of store.changes({ signal: AbortSignal.any([signal, own.signal]) })) break;
  own.abort();
}

/** Nobody can say otherwise of a Faucet that is away, or of a file that it does not take. */
function isInForce({ loaded, reachable, file }: FaucetStatus): boolean {
  return loaded || !reachable || file !== 'ok';
}

const emptyModel: FaucetModel = {
  dps: new Map(),
  acls: new Map(),
  vlans: new Map(),
  meters: new Map(),
  files: [],
};

/** An interface whose description a person has written keeps it, as does one that is somebody else's. */
function isDescribedByUs(
  model: FaucetModel,
  edit: Extract<Edit, { kind: 'set-interface' }>,
): boolean {
  const found = model.dps.get(edit.dp)?.interfaces.find((item) => item.number === edit.port);
  return found?.key === String(edit.port) && isPortDescription(found.description ?? '');
}

function asOurs(error: unknown): unknown {
  if (!(error instanceof FaucetConfigError)) return error;
  const code = error.code === 'REFUSED' ? 'FAUCET_REFUSED' : 'FAUCET_FILE';
  return new DovesnapError(code, error.message, { cause: error });
}
