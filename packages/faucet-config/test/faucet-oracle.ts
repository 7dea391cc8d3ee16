import { fileURLToPath } from 'node:url';
import { run } from '@dovesnap/command';

const script = fileURLToPath(new URL('./faucet-oracle.py', import.meta.url));
const fallback = fileURLToPath(new URL('../../../.state/faucet', import.meta.url));

/** What the real Faucet says of a text. */
export interface Verdict {
  readonly verdict: 'accepted' | 'refused' | 'killed';
  readonly message: string;
}

/** Asks a real Faucet about many texts, in one process. */
export async function askFaucet(
  requests: readonly ({ text: string } | { path: string })[],
): Promise<Verdict[]> {
  const venv = process.env.DOVESNAP_FAUCET_VENV ?? fallback;
  const input = requests.map((request) => `${JSON.stringify(request)}\n`).join('');
  const { stdout } = await run(`${venv}/bin/python`, [script], { input, deadline: 150_000 });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Verdict);
}
