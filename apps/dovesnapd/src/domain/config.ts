/** All that the flags and the environment decide: read once, in main. */
export interface Config {
  readonly logLevel: 'info' | 'debug' | 'trace';
  readonly faucetConfig: string;
  readonly gaugeConfig: string;
  /** `HOST:PORT`. */
  readonly faucetMetrics: string;
  readonly faucetPidfile: string | undefined;
  /** OVSDB targets. */
  readonly controllers: readonly string[];
  /** Milliseconds. */
  readonly attachTimeout: number;
  readonly trustImageLabels: boolean;
  /** Interface of the host that mirrored traffic leaves through; undefined: nothing is mirrored. */
  readonly mirrorOut: string | undefined;
  readonly statusPort: number;
  readonly statusHost: string;
  /** CIDRs. */
  readonly statusAuthIps: readonly string[];
  readonly pluginSocket: string;
  readonly dockerSocket: string;
  /** `unix:PATH` or `tcp:HOST:PORT`. */
  readonly ovsdb: string;
}
