import type { Clock } from '../../src/edges/edges.ts';
import type { NetworkDriver } from '../../src/protocol/network-driver.ts';

/** A driver in a process that runs. */
export interface RunningPlugin {
  readonly driver: NetworkDriver;
  /** Fires when its process ends. */
  readonly ended: AbortSignal;
}

/** A call of the driver, under the protocol's name, as it arrives. */
export interface DriverCall {
  readonly call: string;
  /** Undefined for a call that is about no endpoint. */
  readonly endpoint: string | undefined;
}

/** The protocol's names of the calls. */
const protocolNames = {
  checkGateway: 'GwAllocCheck',
  createNetwork: 'CreateNetwork',
  deleteNetwork: 'DeleteNetwork',
  createEndpoint: 'CreateEndpoint',
  deleteEndpoint: 'DeleteEndpoint',
  join: 'Join',
  leave: 'Leave',
  endpointInfo: 'EndpointOperInfo',
  programExternalConnectivity: 'ProgramExternalConnectivity',
  revokeExternalConnectivity: 'RevokeExternalConnectivity',
} as const satisfies Record<keyof NetworkDriver, string>;

/** Pauses before Docker tries again to reach a plugin, milliseconds; then it gives up (measured with 20.10 and 29.7). */
const pausesMs = [1000, 2000, 4000, 8000] as const;

/** A plugin whose process has ended during a call. */
class BrokenConnection extends Error {}

/**
 * A driver as Docker reaches it. A call that finds no process, or whose process ends before it has answered, is made again,
 * after pauses: the first as it was, the other with an empty body, which is refused. `told` hears of each call that arrives.
 */
export function pluginConnection(
  find: () => RunningPlugin | undefined,
  clock: Clock,
  told: (call: DriverCall) => void,
): NetworkDriver {
  const over =
    <Request extends object, Reply>(
      name: keyof NetworkDriver,
      call: (driver: NetworkDriver, request: Request, signal: AbortSignal) => Promise<Reply>,
    ) =>
    async (request: Request, signal: AbortSignal): Promise<Reply> => {
      const endpoint = 'EndpointID' in request ? String(request.EndpointID) : undefined;
      let isRead = false;
      for (let attempt = 0; ; attempt++) {
        const plugin = find();
        if (plugin !== undefined && isRead) throw new Error('the body of the request is empty');
        if (plugin !== undefined) {
          isRead = true;
          told({ call: protocolNames[name], endpoint });
          try {
            return await untilEnded(call(plugin.driver, request, signal), plugin.ended);
          } catch (error) {
            if (!(error instanceof BrokenConnection)) throw error;
          }
        }
        const pause = pausesMs[attempt];
        if (pause === undefined) throw new Error('the plugin is not there');
        await clock.sleep(pause, signal);
      }
    };
  return {
    checkGateway: over('checkGateway', (driver, ...asked) => driver.checkGateway(...asked)),
    createNetwork: over('createNetwork', (driver, ...asked) => driver.createNetwork(...asked)),
    deleteNetwork: over('deleteNetwork', (driver, ...asked) => driver.deleteNetwork(...asked)),
    createEndpoint: over('createEndpoint', (driver, ...asked) => driver.createEndpoint(...asked)),
    deleteEndpoint: over('deleteEndpoint', (driver, ...asked) => driver.deleteEndpoint(...asked)),
    join: over('join', (driver, ...asked) => driver.join(...asked)),
    leave: over('leave', (driver, ...asked) => driver.leave(...asked)),
    endpointInfo: over('endpointInfo', (driver, ...asked) => driver.endpointInfo(...asked)),
    programExternalConnectivity: over('programExternalConnectivity', (driver, ...asked) =>
      driver.programExternalConnectivity(...asked),
    ),
    revokeExternalConnectivity: over('revokeExternalConnectivity', (driver, ...asked) =>
      driver.revokeExternalConnectivity(...asked),
    ),
  };
}

async function untilEnded<T>(answer: Promise<T>, ended: AbortSignal): Promise<T> {
  const heard = new AbortController();
  const broken = new Promise<never>((_, reject) => {
    const fail = (): void => reject(new BrokenConnection('the plugin closed the connection'));
    if (ended.aborted) fail();
    else ended.addEventListener('abort', fail, { signal: heard.signal });
  });
  try {
    return await Promise.race([answer, broken]);
  } finally {
    heard.abort();
  }
}
