import { StepError } from './step-error.mjs';

/**
 * @typedef {object} Step
 * @property {string} title what is done, as an order: "Build every package"
 * @property {() => Promise<string | void>} act does it; what it returns is shown behind the time
 * @property {boolean} [loud] it prints to the terminal itself
 */

/**
 * Does the steps one after the other, showing each with its time.
 *
 * @param {readonly Step[]} steps
 * @param {{ write?: (text: string) => void, now?: () => number, interactive?: boolean }} [edges]
 * @returns {Promise<{ title: string, error: unknown } | undefined>} the step that failed; the ones after it are not done
 */
export async function takeSteps(steps, edges = {}) {
  for (const [index, step] of steps.entries()) {
    const label = `[${String(index + 1).padStart(2)}/${steps.length}] ${step.title}`;
    const error = await takeStep(label, step, edges);
    if (error !== undefined) return { title: step.title, error };
  }
  return undefined;
}

/**
 * Does one step.
 *
 * @param {string} label
 * @param {Step} step
 * @param {{ write?: (text: string) => void, now?: () => number, interactive?: boolean }} [edges]
 * @returns {Promise<unknown>} what went wrong, or undefined
 */
export async function takeStep(label, step, edges = {}) {
  const write = edges.write ?? ((text) => void process.stdout.write(text));
  const now = edges.now ?? (() => performance.now());
  const interactive = (edges.interactive ?? process.stdout.isTTY === true) && step.loud !== true;
  const started = now();
  const elapsed = () => formatSeconds(now() - started);
  const lead = interactive ? '\r\u001b[K' : '';
  write(interactive ? `${label} ...` : `${label}\n`);
  const report = () =>
    write(interactive ? `${lead}${label} ... ${elapsed()}` : `        still at it, ${elapsed()}\n`);
  const ticker = step.loud ? undefined : setInterval(report, interactive ? 1000 : 30_000);
  try {
    const note = await step.act();
    write(`${lead}${interactive ? label : '       '} ${elapsed()}${note ? `  ${note}` : ''}\n`);
    return undefined;
  } catch (error) {
    write(`${lead}${interactive ? label : '       '} FAILED after ${elapsed()}\n`);
    return error ?? new Error('failed without a reason');
  } finally {
    clearInterval(ticker);
  }
}

/** @param {number} milliseconds */
export function formatSeconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/**
 * Says what failed, why, and what to do.
 *
 * @param {string} title
 * @param {unknown} error
 */
export function explainFailure(title, error) {
  const known = error instanceof StepError ? error : undefined;
  const why =
    error instanceof Error
      ? known
        ? error.message
        : (error.stack ?? error.message)
      : String(error);
  return [
    '',
    `Failed:     ${title}`,
    `Why:        ${why.replaceAll('\n', '\n            ')}`,
    ...(known?.log ? [`Log:        ${known.log}`] : []),
    `What to do: ${known?.remedy ?? 'read the reason above, mend it and run the same command again'}`,
    '',
  ].join('\n');
}
