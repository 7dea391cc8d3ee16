import type { NetworkDriver } from '../../src/protocol/network-driver.ts';

/** A driver as Docker reaches it: when its process ends, the calls that it has not answered fail. */
export function pluginConnection(driver: NetworkDriver, ended: AbortSignal): NetworkDriver {
  const over =
    <Request, Reply>(call: (request: Request, signal: AbortSignal) => Promise<Reply>) =>
    (request: Request, signal: AbortSignal): Promise<Reply> =>
      untilEnded(call(request, signal), ended);
  return {
    checkGateway: over(driver.checkGateway),
    createNetwork: over(driver.createNetwork),
    deleteNetwork: over(driver.deleteNetwork),
    createEndpoint: over(driver.createEndpoint),
    deleteEndpoint: over(driver.deleteEndpoint),
    join: over(driver.join),
    leave: over(driver.leave),
    endpointInfo: over(driver.endpointInfo),
    programExternalConnectivity: over(driver.programExternalConnectivity),
    revokeExternalConnectivity: over(driver.revokeExternalConnectivity),
  };
}

async function untilEnded<T>(answer: Promise<T>, ended: AbortSignal): Promise<T> {
  const heard = new AbortController();
  const broken = new Promise<never>((_, reject) => {
    const fail = (): void => reject(new Error('the plugin closed the connection'));
    if (ended.aborted) fail();
    else ended.addEventListener('abort', fail, { signal: heard.signal });
  });
  try {
    return await Promise.race([answer, broken]);
  } finally {
    heard.abort();
  }
}
