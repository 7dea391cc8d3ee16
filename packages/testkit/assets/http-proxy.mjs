// An HTTP proxy (RFC 9112, absolute-form requests) on the unix socket named by its argument: the way for a test to
// reach a TCP port that only exists in this network namespace.
import { createServer, request } from 'node:http';

const agent = { keepAlive: false };
const server = createServer((incoming, outgoing) => {
  const onward = request(incoming.url, {
    ...agent,
    method: incoming.method,
    headers: incoming.headers,
  });
  onward.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    answer.on('error', () => outgoing.destroy());
    answer.pipe(outgoing);
  });
  onward.on('error', (error) => {
    if (outgoing.headersSent) return outgoing.destroy();
    outgoing.writeHead(502, { 'x-unreachable': String(error.code ?? error.message) });
    outgoing.end();
  });
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
});
server.listen(process.argv[2], () => process.stdout.write('listening\n'));
