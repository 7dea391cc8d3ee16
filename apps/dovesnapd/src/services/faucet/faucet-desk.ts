import {
  type ApplyWait,
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
import type { Parts } from '../core/parts.ts';
import { descriptionDelayMs, descriptionQueue } from './description-queue.ts';

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
  /** `again`: also what Faucet has refused before. @throws DovesnapError `FAUCET_FILE`, `FAUCET_REFUSED`. */
  write(makeEdits: (model: FaucetModel) => readonly EditStep[], wait: WriteWait): Promise<Written>;
  /**
   * What Faucet would have against these edits; undefined: nothing, or nobody can say, as while the file is broken without
   * them. Nothing is written.
   */
  objection(makeEdits: (model: FaucetModel) => readonly EditStep[]): Promise<string | undefined>;
  /** Resolves when Faucet has loaded that revision. @throws DovesnapError `FAUCET_FILE`, `FAUCET_REFUSED`. */
  loaded(revision: number, wait: Wait): Promise<void>;
  /** Queues an edit that only people care about: it goes with the next write, or after a while. */
  later(subject: string, edit: Edit): void;
  close(): Promise<void>;
}

/** How long a write may take, and whether Faucet is asked once more about what it has refused. */
export type WriteWait = Pick<ApplyWait, 'signal' | 'deadline' | 'again'>;

/** Makes a {@link FaucetDesk} over a store. */
export function faucetDesk(
  parts: Pick<Parts, 'clock' | 'failures' | 'retries' | 'signal'>,
  store: FaucetStore,
): FaucetDesk {
  const { signal } = parts;
  let latest: FaucetModel | undefined;
  let problems: readonly Problem[] = [];
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
  const apply = async (
    makeEdits: (model: FaucetModel) => readonly EditStep[],
    wait: WriteWait,
  ): Promise<Written> => {
    const known = await model();
    const edits = makeEdits(known);
    const company = descriptions.take();
    const described = company.flatMap(([, edit]) => (isDescribedByUs(known, edit) ? [edit] : []));
    try {
      await store.apply([...described, ...edits], wait);
      return { confirmed: true };
    } catch (error) {
      if (error instanceof FaucetConfigError && error.code === 'UNCONFIRMED') {
        return { confirmed: false, revision: error.revision ?? 0 };
      }
      descriptions.giveBack(company);
      throw asOurs(error);
    } finally {
      await model().catch(() => undefined);
    }
  };
  const descriptions = descriptionQueue(parts, (again) =>
    apply(() => [], { signal, deadline: descriptionDelayMs, again }),
  );
  return {
    get latest() {
      return latest;
    },
    get problems() {
      return problems;
    },
    get inForce() {
      return isInForce(store.status());
    },
    hasInForce: (isSame) =>
      isInForce(store.status()) ||
      (loaded !== undefined && latest !== undefined && isSame(loaded, latest)),
    model,
    write: apply,
    objection: async (makeEdits) => {
      try {
        await store.preview(makeEdits(await model()));
      } catch (error) {
        const isOurs = error instanceof FaucetConfigError && error.code === 'INVALID';
        if (isOurs) return error.problems[0]?.message ?? error.message;
      }
      return undefined;
    },
    loaded: async (revision, wait) => {
      await store.loaded(revision, wait).catch((error: unknown) => {
        throw asOurs(error);
      });
    },
    later: descriptions.add,
    close: async () => {
      descriptions.take();
      await store.close();
    },
  };
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
  routers: new Map(),
  files: [],
};

/** An interface whose description a person has written keeps it, as does one that is somebody else's. */
function isDescribedByUs(model: FaucetModel, edit: Edit): boolean {
  if (edit.kind !== 'set-interface') return false;
  const found = model.dps.get(edit.dp)?.interfaces.find((item) => item.number === edit.port);
  return found?.key === String(edit.port) && isPortDescription(found.description ?? '');
}

function asOurs(error: unknown): unknown {
  if (!(error instanceof FaucetConfigError)) return error;
  const code = error.code === 'REFUSED' ? 'FAUCET_REFUSED' : 'FAUCET_FILE';
  return new DovesnapError(code, error.message, { cause: error });
}
