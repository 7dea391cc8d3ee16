import { setMaxListeners } from 'node:events';

/**
 * The life of the daemon or of a network: its signal ends whatever is under way for it. That is any number of programs
 * and pauses at once, where Node warns of a leak at the eleventh listener.
 */
export function lifetime(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** A signal that fires with the first of others, and that any number of waits at once may listen to. */
export function firstOf(signals: readonly AbortSignal[]): AbortSignal {
  const first = AbortSignal.any([...signals]);
  setMaxListeners(0, first);
  return first;
}
