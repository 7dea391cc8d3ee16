import { afterAll, beforeAll, describe } from 'vitest';
import type { ContractLab } from './contract-lab.ts';
import { dockerCases } from './docker-cases.ts';
import { faucetCases } from './faucet-cases.ts';
import { switchCases } from './switch-cases.ts';

/**
 * What Docker, Faucet and Open vSwitch do that the daemon relies on: the same cases for the world and for the real ones. The
 * network `lan` has a container `web`, without labels, and two others under the ACLs `no-mail` and `deny-all`.
 */
export function contract(name: string, start: () => Promise<ContractLab>): void {
  describe(name, () => {
    let lab: ContractLab | undefined;
    const open = (): ContractLab => {
      if (lab === undefined) throw new Error('no lab is open');
      return lab;
    };
    beforeAll(async () => {
      lab = await start();
      const { docker } = lab;
      for (const name of ['lan', 'other']) await docker.createNetwork(name);
      await docker.createNetwork('out', { hasRouter: true });
      await docker.run('web', 'lan');
      await docker.run('mail', 'lan', { 'dovesnap.faucet.portacl': 'no-mail' });
      await docker.run('shut', 'lan', { 'dovesnap.faucet.portacl': 'deny-all' });
    });
    afterAll(async () => {
      await lab?.close();
    });
    dockerCases(open);
    switchCases(open);
    faucetCases(open);
  });
}
