import { readFileSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fakeFaucet, tempDir } from '@dovesnap/testkit';
import { setAcl } from '../src/edit/edit.ts';
import { openFaucetConfig } from '../src/store/store.ts';
import { contractConfig, type StoreUnderTest, storeContract } from './contracts/store-contract.ts';

const poison = setAcl('poison', [{ actions: { allow: 1 } }]);

storeContract('a store with a fake Faucet behind HTTP', openWithFake, poison);

async function openWithFake(): Promise<StoreUnderTest> {
  const folder = await tempDir('faucet-store');
  const path = join(folder.path, 'faucet.yaml');
  await writeFile(path, contractConfig);
  const faucet = fakeFaucet({
    read: () => readFileSync(path, 'utf8'),
    refuses: (text) => {
      if (text.includes('poison')) return 'no poison please';
      return text.includes('100\n') || text.includes('{native_vlan: 100}\n') ? undefined : 'broken';
    },
  });
  faucet.start();
  let server: Server | undefined = await serve(faucet.page, 0);
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    faucet.stop();
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve) ?? resolve(undefined));
    server = undefined;
  };
  const store = openFaucetConfig(path, {
    metrics: `http://127.0.0.1:${port}`,
    findProcess: async () => ({ pid: 1, startTime: '1' }),
    isStill: async () => true,
    // A real one is through with it some time later.
    signalProcess: () => setTimeout(() => faucet.hangup(), 5),
  });
  return {
    store,
    text: () => readFile(path, 'utf8'),
    async save(text) {
      await writeFile(`${path}.new`, text);
      await rename(`${path}.new`, path);
    },
    stopFaucet: stop,
    async startFaucet() {
      faucet.start();
      server = await serve(faucet.page, port);
    },
    async [Symbol.asyncDispose]() {
      await store.close();
      await stop();
      await folder.remove();
    },
  };
}

async function serve(page: () => string | undefined, port: number): Promise<Server> {
  const server = createServer((_, response) => response.end(page() ?? ''));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}
