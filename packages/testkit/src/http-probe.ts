import type { IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { HostAccess } from './host-access.ts';
import { type HttpAnswer, type HttpOptions, httpRequest, openHttp } from './http-request.ts';

/** HTTP from inside a host, for TCP ports that exist only there. */
export interface HttpProbe {
  /** Makes one request from inside the host. */
  request(url: string, options?: HttpOptions): Promise<HttpAnswer>;
  /** Returns the response before its body has arrived. */
  open(url: string, options?: HttpOptions): Promise<IncomingMessage>;
}

const proxyScript = fileURLToPath(new URL('../assets/http-proxy.mjs', import.meta.url));
const proxySocket = '/run/testbed/http-proxy.sock';

/** Creates a probe of the host. Its helper process starts with the first request and serves all later ones. */
export function httpProbe(host: HostAccess): HttpProbe {
  let starting: Promise<string> | undefined;
  const start = async (): Promise<string> => {
    const proxy = await host.spawn(process.execPath, [proxyScript, proxySocket]);
    await proxy.output.waitFor(({ text }) => text === 'listening');
    return host.path(proxySocket);
  };
  const socket = (): Promise<string> => {
    starting ??= start();
    return starting;
  };
  return {
    request: async (url, options) =>
      await httpRequest(await socket(), url, withHost(url, options ?? {})),
    open: async (url, options) => await openHttp(await socket(), url, withHost(url, options ?? {})),
  };
}

function withHost(url: string, options: HttpOptions): HttpOptions {
  return { ...options, headers: { host: new URL(url).host, ...options.headers } };
}
