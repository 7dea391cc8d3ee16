import type { Host } from '@dovesnap/testkit';
import { expect } from 'vitest';
import { addressOf, fetchUrl, inContainer } from './lab.ts';

/** How much is sent, bytes. */
const hundredMegabytes = 100_000_000;

/** Expects that 100 MB of a peer's web server (`http://ADDRESS:PORT`) arrive as they are in the container, in /tmp/file. */
export async function expectDownload(host: Host, container: string, web: string): Promise<void> {
  const script = 'wget -q -O /tmp/file "$1" && sha256sum /tmp/file';
  const url = `${web}/bytes/${hundredMegabytes}`;
  const sum = await inContainer(host, container, 'sh', '-c', script, 'sh', url);
  expect(sum.split(' ')[0]).toBe(
    await fetchUrl(host, container, `${web}/digest/${hundredMegabytes}`),
  );
}

/** Expects that the container's /tmp/file, 100 MB of the same server, arrives there as it is. */
export async function expectUpload(host: Host, container: string, web: string): Promise<void> {
  const { hostname, port } = new URL(web);
  // Not `wget --post-file`: busybox 1.35.0 sends the file up to its first zero byte.
  const head = `POST / HTTP/1.0\\r\\nContent-Length: ${hundredMegabytes}\\r\\n\\r\\n`;
  const script = `{ printf '${head}'; cat /tmp/file; } | nc ${hostname} ${port} | tail -n 1`;
  const answer = await inContainer(host, container, 'sh', '-c', script);
  const sha256 = await fetchUrl(host, container, `${web}/digest/${hundredMegabytes}`);
  expect(JSON.parse(answer)).toEqual({ sha256, length: hundredMegabytes });
}

/** Expects that the /tmp/file of one container arrives in another as it is. */
export async function expectCopy(
  host: Host,
  from: string,
  to: string,
  network: string,
): Promise<void> {
  const address = await addressOf(host, from, network);
  // It stays in the background; a second one finds the port taken and ends.
  const serve = 'httpd -h /tmp -p 5001 2>/dev/null || true; sha256sum </tmp/file';
  const sent = await inContainer(host, from, 'sh', '-c', serve);
  const fetch = 'timeout 60 wget -q -O /tmp/copy "$1" && sha256sum </tmp/copy';
  const url = `http://${address}:5001/file`;
  expect(await inContainer(host, to, 'sh', '-c', fetch, 'sh', url)).toBe(sent);
}
