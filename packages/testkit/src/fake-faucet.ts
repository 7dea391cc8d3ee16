import { createHash } from 'node:crypto';

/** A Faucet as its metrics show it: it loads a file when told, or when asked to look. */
export interface FakeFaucet {
  /** Its metrics page; undefined while it is not running. */
  page(): string | undefined;
  /** SIGHUP. */
  hangup(): void;
  /** Loads what the file holds now, as at its start; counters begin at zero. */
  start(): void;
  stop(): void;
  /** What it loaded, in order; refused ones too. */
  readonly loads: readonly string[];
  /** Signals it got. */
  readonly hangups: number;
}

/** How a fake Faucet behaves. */
export interface FakeFaucetOptions {
  /** The file as Faucet would read it. */
  readonly read: () => string;
  /** Why it refuses a text. Default: never. */
  readonly refuses?: (text: string) => string | undefined;
  /** FAUCET_CONFIG_AUTO_REVERT=1: writes the last good text back. */
  readonly revert?: (text: string) => void;
  /** Restart type of a load. Default warm. */
  readonly restart?: (text: string) => 'warm' | 'cold' | 'none';
  /** Called when a text has been accepted; `isStart`: after it was started, with nothing loaded before. */
  readonly onLoaded?: (text: string, isStart: boolean) => void;
  /** How a reload is put off. Default: not at all. */
  readonly later?: (load: () => void) => void;
}

/** Makes a Faucet that is not running yet. */
export function fakeFaucet(options: FakeFaucetOptions): FakeFaucet {
  const loads: string[] = [];
  let state: 'stopped' | 'running' = 'stopped';
  let hashes = '';
  let error = '';
  let good = '';
  let hangups = 0;
  let counters = { requests: 0, warm: 0, cold: 0 };
  const load = (isStart: boolean): void => {
    if (state !== 'running') return;
    const text = options.read();
    const hash = sha256(text);
    if (hash !== hashes) {
      loads.push(text);
      error = options.refuses?.(text) ?? '';
      hashes = error === '' ? hash : '';
      const restart = options.restart?.(text) ?? 'warm';
      if (error === '') good = text;
      else options.revert?.(good);
      if (error === '' && !isStart && restart !== 'none') counters[restart] += 1;
      if (error === '') options.onLoaded?.(text, isStart);
    }
    counters.requests += 1;
  };
  const later = options.later ?? ((run) => run());
  return {
    loads,
    get hangups() {
      return hangups;
    },
    start() {
      state = 'running';
      hashes = '';
      counters = { requests: 0, warm: 0, cold: 0 };
      load(true);
    },
    stop() {
      state = 'stopped';
    },
    hangup() {
      hangups += 1;
      later(() => load(false));
    },
    page() {
      if (state !== 'running') return undefined;
      const info = { config_files: '/etc/faucet/faucet.yaml', error, hashes };
      const dp = 'dp_id="0x1",dp_name="net1"';
      return [
        '# TYPE faucet_config_hash_info gauge',
        `faucet_config_hash_info{${Object.entries(info)
          .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
          .join(',')}} 1.0`,
        `faucet_config_reload_requests_total ${counters.requests}.0`,
        `faucet_config_reload_warm_total{${dp}} ${counters.warm}.0`,
        `faucet_config_reload_cold_total{${dp}} ${counters.cold}.0`,
        '',
      ].join('\n');
    },
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text.replaceAll(/\r\n?/g, '\n')).digest('hex');
}
