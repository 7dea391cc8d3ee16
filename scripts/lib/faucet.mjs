import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { firstFaucetYaml, firstGaugeYaml, firstOsKenConf } from './first-configuration.mjs';
import { fetchPage } from './http.mjs';
import { paths } from './paths.mjs';
import { runningRecord, startProcess, waitFor } from './process.mjs';
import { StepError } from './step-error.mjs';

const metrics = { faucet: 'http://127.0.0.1:9302/', gauge: 'http://127.0.0.1:9303/' };

/**
 * Says which faucet.yaml is in force: the one the operator names, that of a Faucet that runs already, else our own.
 *
 * @returns {Promise<string>}
 */
export async function faucetConfigPath(environment = process.env) {
  const named = environment.DOVESNAP_FAUCET_CONFIG;
  if (named) return named;
  const foreign = runningRecord('faucet') === undefined && (await fetchPage(metrics.faucet));
  return foreign
    ? (foreignConfig() ?? '/etc/faucet/faucet.yaml')
    : join(paths.config, 'faucet.yaml');
}

/** @returns {string | undefined} what a Faucet that somebody else started was told to read */
function foreignConfig() {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (!command.includes('faucet')) continue;
      const path = parseFaucetConfig(readFileSync(`/proc/${pid}/environ`, 'utf8'));
      if (path !== undefined && existsSync(path)) return path;
    } catch {
      // The process ended while we looked.
    }
  }
  return undefined;
}

/**
 * Reads where Faucet finds its file out of its environment.
 *
 * @param {string} environment text of /proc/PID/environ
 * @returns {string | undefined} the first of several
 */
export function parseFaucetConfig(environment) {
  const line = environment.split('\0').find((entry) => entry.startsWith('FAUCET_CONFIG='));
  return line?.slice('FAUCET_CONFIG='.length).split(':')[0] || undefined;
}

/** Starts Faucet where none runs. @throws StepError */
export async function startFaucet() {
  return startController('faucet', 6653, 'faucet_pbr_version', async (env) => {
    const file = await faucetConfigPath();
    writeOnce(file, firstFaucetYaml);
    return {
      ...env,
      FAUCET_CONFIG: file,
      FAUCET_CONFIG_STAT_RELOAD: '1',
      ...logs('FAUCET', 'faucet'),
    };
  });
}

/** Starts Gauge where none runs. @throws StepError */
export async function startGauge() {
  return startController('gauge', 6654, 'faucet_pbr_version', async (env) => {
    const faucetYaml = await faucetConfigPath();
    const file = join(dirname(faucetYaml), 'gauge.yaml');
    writeOnce(file, firstGaugeYaml(faucetYaml));
    return { ...env, GAUGE_CONFIG: file, GAUGE_CONFIG_STAT_RELOAD: '1', ...logs('GAUGE', 'gauge') };
  });
}

/**
 * @param {'faucet' | 'gauge'} name
 * @param {number} port for OpenFlow
 * @param {string} sign that its metrics hold
 * @param {(env: NodeJS.ProcessEnv) => Promise<NodeJS.ProcessEnv>} configure
 */
async function startController(name, port, sign, configure) {
  const ready = async () => (await fetchPage(metrics[name]))?.text.includes(sign) === true;
  const ours = runningRecord(name);
  if (ours === undefined && (await ready())) return 'runs already';
  const osKen = join(paths.config, 'os-ken.conf');
  writeOnce(osKen, firstOsKenConf);
  const bin = join(paths.python.faucet.environment, 'bin');
  const record =
    ours ??
    (await startProcess(
      name,
      join(bin, name),
      [
        `--ryu-config-file=${osKen}`,
        '--ryu-ofp-listen-host=127.0.0.1',
        `--ryu-ofp-tcp-listen-port=${port}`,
      ],
      {
        // Faucet starts osken-manager by its name.
        env: await configure({
          ...process.env,
          PATH: `${bin}:${process.env.PATH}`,
          FAUCET_PROMETHEUS_ADDR: '127.0.0.1',
        }),
      },
    ));
  const remedy = `see ${paths.log}/${name}*.log; is another program listening on TCP port ${port}?`;
  await waitFor(`an answer of ${name}`, ready, { deadlineMs: 60_000, record, remedy });
  return ours === undefined ? `started (process ${record.pid})` : 'runs already';
}

/** @param {string} prefix @param {string} name */
function logs(prefix, name) {
  return {
    [`${prefix}_LOG`]: join(paths.log, `${name}-events.log`),
    [`${prefix}_EXCEPTION_LOG`]: join(paths.log, `${name}-exceptions.log`),
  };
}

/** @param {string} path @param {string} text */
function writeOnce(path, text) {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { flag: 'wx' });
  } catch (cause) {
    if (/** @type {NodeJS.ErrnoException} */ (cause).code === 'EEXIST') return;
    throw new StepError(`${path} cannot be written: ${cause}`, { cause });
  }
}
