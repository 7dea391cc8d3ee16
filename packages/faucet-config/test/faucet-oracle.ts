import { fileURLToPath } from 'node:url';
import { run } from '@dovesnap/command';

const fallback = fileURLToPath(new URL('../../../.state/faucet', import.meta.url));

/** The virtual environment that Faucet is installed in. */
export const venv: string = process.env.DOVESNAP_FAUCET_VENV ?? fallback;

/** What the real Faucet says of a text. */
export interface Verdict {
  readonly verdict: 'accepted' | 'refused' | 'killed';
  readonly message: string;
}

/** Asks a real Faucet about many texts, in one process. */
export async function askFaucet(
  requests: readonly ({ text: string } | { path: string })[],
): Promise<Verdict[]> {
  return ask('faucet-oracle.py', requests);
}

/** Asks a real Gauge about many texts, in one process; `FAUCET_YAML` in one is a file with the datapaths sw1 and sw2. */
export async function askGauge(requests: readonly { text: string }[]): Promise<Verdict[]> {
  return ask('gauge-oracle.py', requests);
}

async function ask(name: string, requests: readonly object[]): Promise<Verdict[]> {
  const script = fileURLToPath(new URL(`./${name}`, import.meta.url));
  const input = requests.map((request) => `${JSON.stringify(request)}\n`).join('');
  const { stdout } = await run(`${venv}/bin/python`, [script], { input, deadline: 150_000 });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Verdict);
}
