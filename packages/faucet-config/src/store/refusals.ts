import type { FaucetConfigError } from '../error.ts';
import { contentHash } from './content.ts';

/** What Faucet has refused, so that the same text is not tried again. */
export interface Refusals {
  /**
   * Returns why Faucet refused this text of the main file. Undefined if it did not, or if the refusal may be outdated.
   */
  find(text: string): FaucetConfigError | undefined;
  note(text: string, error: FaucetConfigError): void;
  /** Whether there are no refusals. */
  readonly none: boolean;
  /** Forgets all refusals, because the files have changed or Faucet has restarted. */
  forget(): void;
}

/** Maximum number of refusals; the oldest are forgotten first. A text that differs in one port counts as another. */
const mostRefusals = 100;

/** Returns an empty record of refusals. */
export function refusals(): Refusals {
  const known = new Map<string, FaucetConfigError>();
  return {
    find: (text) => known.get(contentHash(text)),
    note(text, error) {
      known.set(contentHash(text), error);
      const [oldest] = known.keys();
      if (known.size > mostRefusals && oldest !== undefined) known.delete(oldest);
    },
    get none() {
      return known.size === 0;
    },
    forget: () => known.clear(),
  };
}
