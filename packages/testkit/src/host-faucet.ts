import { defaultFaucetConfig, defaultGaugeConfig } from './controller-config.ts';
import { type FaucetFlavour, faucetEnvironment } from './faucet-environment.ts';
import type { HostAccess } from './host-access.ts';
import { type HostController, startController } from './host-controller.ts';
import type { HttpProbe } from './http-probe.ts';

/** Options for Faucet or Gauge. */
export interface ControllerOptions {
  /** Default `faucet`. See `faucetEnvironment` for its location. */
  readonly flavour?: FaucetFlavour | undefined;
  /** Content of faucet.yaml or gauge.yaml. Default: an operator's datapath and ACLs; all port counters. */
  readonly config?: string | undefined;
}

/**
 * Starts Faucet on the host: OpenFlow on 127.0.0.1:6653, metrics on 127.0.0.1:9302. Faucet watches
 * `/etc/faucet/faucet.yaml` but never rewrites it (no AUTO_REVERT).
 *
 * @throws TestkitError `NOT_READY` when that flavour is not installed, `ENDED` when Faucet exited at once.
 */
export async function startFaucet(
  host: HostAccess,
  http: HttpProbe,
  options: ControllerOptions = {},
): Promise<HostController> {
  return await startController(host, http, {
    program: 'faucet',
    bin: faucetEnvironment(options.flavour).bin,
    openFlowPort: 6653,
    metricsPort: 9302,
    // SIGHUP before this sample appears ends Faucet (faucet 1.10.12).
    readySample: 'faucet_config_hash_info{',
    config: options.config ?? defaultFaucetConfig,
    env: {
      FAUCET_CONFIG: '/etc/faucet/faucet.yaml',
      FAUCET_CONFIG_STAT_RELOAD: '1',
      FAUCET_LOG: '/var/log/faucet/faucet.log',
      FAUCET_EXCEPTION_LOG: '/var/log/faucet/faucet_exception.log',
      FAUCET_PROMETHEUS_ADDR: '127.0.0.1',
      FAUCET_PROMETHEUS_PORT: '9302',
    },
  });
}

/** Starts Gauge on the host: OpenFlow on 127.0.0.1:6654, metrics on 127.0.0.1:9303. Faucet's file must exist. */
export async function startGauge(
  host: HostAccess,
  http: HttpProbe,
  options: ControllerOptions = {},
): Promise<HostController> {
  return await startController(host, http, {
    program: 'gauge',
    bin: faucetEnvironment(options.flavour).bin,
    openFlowPort: 6654,
    metricsPort: 9303,
    readySample: 'faucet_pbr_version{',
    config: options.config ?? defaultGaugeConfig,
    env: {
      GAUGE_CONFIG: '/etc/faucet/gauge.yaml',
      GAUGE_CONFIG_STAT_RELOAD: '1',
      GAUGE_LOG: '/var/log/faucet/gauge.log',
      GAUGE_EXCEPTION_LOG: '/var/log/faucet/gauge_exception.log',
    },
  });
}
