import { createHash } from 'node:crypto';
import { type Host, until } from '@dovesnap/testkit';

/** Resolves when Faucet has loaded faucet.yaml as it is. */
export async function untilTaken(host: Host): Promise<void> {
  await host.faucet.reload();
  const isTaken = async (): Promise<boolean> => {
    const text = await host.faucet.readConfig();
    const hash = createHash('sha256').update(text).digest('hex');
    const said = (await host.faucet.metrics('faucet_config_hash_info')).map(({ labels }) => labels);
    if (said.some(({ error, hashes }) => error === '' && hashes === hash)) return true;
    throw new Error(JSON.stringify(said));
  };
  await until(isTaken, { what: 'a Faucet that has the file', interval: 50 });
}
