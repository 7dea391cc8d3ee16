// The server of a peer: `peer-server.mjs tcp|http ADDRESS PORT`. Prints "listening", then one JSON line per client.
//   tcp   says "ADDRESS PORT" of the client in one line, then sends back what it gets
//   http  GET /            the client's address
//         GET /bytes/N     N bytes that look random and are the same each time
//         GET /digest/N    their SHA-256
//         POST /           the SHA-256 and the length of the body
import { createCipheriv, createHash } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const [mode, host, port] = process.argv.slice(2);
const print = (value) => process.stdout.write(`${value}\n`);
const chunk = Buffer.alloc(65536);

function* bytes(count) {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16));
  for (let left = count; left > 0; left -= chunk.length) {
    yield cipher.update(left < chunk.length ? chunk.subarray(0, left) : chunk);
  }
}

async function digest(source) {
  const hash = createHash('sha256');
  let length = 0;
  for await (const part of source) {
    hash.update(part);
    length += part.length;
  }
  return { sha256: hash.digest('hex'), length };
}

function note(socket) {
  const address = socket.remoteAddress.replace(/^::ffff:/, '');
  print(JSON.stringify({ address, port: socket.remotePort }));
  return address;
}

async function answer(request, response) {
  const address = note(request.socket);
  const [, what, count] = request.url.split('/');
  if (request.method === 'POST') return response.end(JSON.stringify(await digest(request)));
  if (what === 'bytes') {
    response.setHeader('content-length', count);
    return await pipeline(Readable.from(bytes(Number(count))), response);
  }
  if (what === 'digest') return response.end((await digest(bytes(Number(count)))).sha256);
  response.end(`${address}\n`);
}

const server =
  mode === 'http'
    ? createHttpServer((request, response) => {
        answer(request, response).catch(() => response.destroy());
      })
    : createTcpServer((socket) => {
        const address = note(socket);
        socket.on('error', () => socket.destroy());
        socket.write(`${address} ${socket.remotePort}\n`);
        socket.pipe(socket);
      });
server.listen(Number(port), host, () => print('listening'));
