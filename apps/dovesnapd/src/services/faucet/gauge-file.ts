import { FaucetConfigError, openGaugeConfig } from '@dovesnap/faucet-config';
import type { Config } from '../../domain/config.ts';
import type { Log } from '../../edges/log.ts';

/** Each change of faucet.yaml restarts Gauge's pollers after up to one interval: a long one could starve them. */
const intervalSeconds = 5;

/** Makes gauge.yaml count every port of the networks. Where that cannot be, as without Gauge and its folder, it says so. */
export async function ensureGaugeFile(config: Config, log: Log): Promise<void> {
  const spec = { faucetConfig: config.faucetConfig, intervalSeconds };
  try {
    const changed = await openGaugeConfig(config.gaugeConfig).ensure(spec);
    if (changed)
      log.info({ file: config.gaugeConfig }, 'Gauge now counts the ports of all datapaths');
  } catch (error) {
    if (!(error instanceof FaucetConfigError)) throw error;
    log.warn({ file: config.gaugeConfig }, error.message);
  }
}
