import { FaucetConfigError } from '../error.ts';
import { type ConfigFiles, realFiles } from '../file.ts';
import { checkGauge } from './check-gauge.ts';
import { editGauge, type GaugeSpec } from './edit-gauge.ts';
import { type GaugeConfig, parseGauge } from './gauge.ts';

/** Reads and changes a gauge.yaml. Gauge loads changes within 5 s if it runs with GAUGE_CONFIG_STAT_RELOAD=1. */
export interface GaugeStore {
  /** Returns the current configuration. @throws FaucetConfigError `MISSING`, `UNREADABLE`, `SYNTAX`. */
  read(): GaugeConfig;
  /**
   * Adds what is missing for `spec` and returns whether it added anything. Creates the file if it is missing.
   *
   * @throws FaucetConfigError `BROKEN` (the file is already invalid because someone else changed it; nothing was
   * written), `UNREADABLE`, `UNEDITABLE`, `WRITE`.
   */
  ensure(spec: GaugeSpec): Promise<boolean>;
}

/** How often an edit is retried because someone else wrote in between. */
const attempts = 10;

/** Opens a gauge.yaml for editing. It keeps no file or watch open. */
export function openGaugeConfig(
  path: string,
  options: { readonly files?: ConfigFiles | undefined } = {},
): GaugeStore {
  const files = options.files ?? realFiles;
  return {
    read() {
      const text = files.read(path);
      if (text !== undefined) return parseGauge(text);
      throw new FaucetConfigError('MISSING', `there is no ${path}`, { file: path });
    },
    async ensure(spec) {
      for (let attempt = 0; attempt < attempts; attempt++) {
        const text = files.read(path);
        const edited = editGauge(requireSound(path, text), spec);
        if (edited === text) return false;
        if (await files.replace(path, text, edited)) return true;
      }
      const message = `${path} keeps changing while it is being written`;
      throw new FaucetConfigError('WRITE', message, { file: path });
    },
  };
}

/** A file without content counts as one that is yet to be filled. */
function requireSound(path: string, text: string | undefined): string {
  if (text === undefined || text.trim() === '') return '';
  const [problem] = checkGauge(text, { path }).filter((one) => isBroken(one.code));
  if (problem === undefined) return text;
  const message = `${path}:${problem.line}: ${problem.message}; nothing was written`;
  throw new FaucetConfigError('BROKEN', message, {
    file: path,
    line: problem.line,
    problems: [problem],
  });
}

/** Missing sections do not count, because `ensure` adds them. */
function isBroken(code: string): boolean {
  return code !== 'MISSING_KEY' && code !== 'GAUGE' && code !== 'UNKNOWN_DP';
}
