import { FaucetConfigError, openGaugeConfig } from '@dovesnap/faucet-config';
import type { Config } from '../../config.ts';
import type { Log } from '../../log.ts';

/** Where Gauge serves its counters unless its file says otherwise (Gauge's own default port). */
const prometheus = { address: '127.0.0.1', port: 9303 };

/** Each change of faucet.yaml starts Gauge's pollers anew after up to one interval: a long one could starve them. */
const intervalSeconds = 5;

/** Makes gauge.yaml count every port of the networks, where there is a Gauge to count: its folder exists. */
export async function ensureGaugeFile(config: Config, log: Log): Promise<void> {
  const spec = { faucetConfig: config.faucetConfig, prometheus, intervalSeconds };
  try {
    const changed = await openGaugeConfig(config.gaugeConfig).ensure(spec);
    if (changed)
      log.info({ file: config.gaugeConfig }, 'Gauge now counts the ports of all datapaths');
  } catch (error) {
    if (!(error instanceof FaucetConfigError)) throw error;
    log.warn({ file: config.gaugeConfig }, error.message);
  }
}
