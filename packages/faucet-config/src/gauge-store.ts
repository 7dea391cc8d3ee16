import { FaucetConfigError } from './error.ts';
import { type ConfigFiles, realFiles } from './file.ts';
import { type GaugeConfig, parseGauge } from './gauge.ts';
import { checkGauge } from './gauge-check.ts';
import { editGauge, type GaugeSpec } from './gauge-edit.ts';

/** A gauge.yaml. Gauge takes changes up by itself when it runs with GAUGE_CONFIG_STAT_RELOAD=1, within 5 s. */
export interface GaugeStore {
  /** @throws FaucetConfigError `MISSING`, `UNREADABLE`, `SYNTAX`. */
  read(): GaugeConfig;
  /**
   * Adds what misses for `spec` and says whether anything did. A file that is not there is made.
   *
   * @throws FaucetConfigError `BROKEN` (somebody broke the file by hand; nothing written), `UNREADABLE`, `UNEDITABLE`,
   * `WRITE`.
   */
  ensure(spec: GaugeSpec): Promise<boolean>;
}

/** Times that an edit is made anew because somebody else wrote in between. */
const attempts = 10;

/** Opens a gauge.yaml for editing. It holds nothing open. */
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
      const message = `${path} keeps being changed by somebody else while it is written`;
      throw new FaucetConfigError('WRITE', message, { file: path });
    },
  };
}

/** A file without content is one that is still to be filled. */
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

/** Missing sections are what `ensure` adds. */
function isBroken(code: string): boolean {
  return code !== 'MISSING_KEY' && code !== 'GAUGE' && code !== 'UNKNOWN_DP';
}
