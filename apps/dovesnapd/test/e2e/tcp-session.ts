import { type HostAccess, type HostProcess, patient } from '@dovesnap/testkit';

/** Where a program can be started: a host or a peer. */
type Place = Pick<HostAccess, 'spawn'>;

/** What became of a session. */
export interface SessionResult {
  /** Bytes sent by the client. */
  readonly sent: number;
  /** Bytes that came back, all of them what was sent, in order. */
  readonly received: number;
  /** Milliseconds of the longest silence of the other side. */
  readonly longestGap: number;
}

/** One TCP connection, never reopened, on which both ends talk every few milliseconds. */
export interface TcpSession {
  /** Closes it in the orderly way and waits until all that was sent has come back. Throws what broke it. */
  end(): Promise<SessionResult>;
}

/** Sends back what it gets, to one client after another. */
const server = `import socket, sys
listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
print("listening", flush=True)
while True:
    peer, _ = listener.accept()
    with peer:
        while data := peer.recv(65536):
            peer.sendall(data)`;

/** Counts aloud until SIGTERM, and checks what comes back byte by byte; for a limited time without an answer. */
const client = `import json, select, signal, socket, sys, time
over, limit = False, int(sys.argv[3])
def end(*_):
    global over
    over = True
signal.signal(signal.SIGTERM, end)
link = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=limit)
link.setblocking(False)
waiting, count, sent, received, gap, closed = b"", 0, 0, 0, 0.0, False
expected, last = b"", time.monotonic()
while True:
    if not over:
        line = b"%09d\\n" % count
        count += 1
        waiting += line
        expected += line
    if waiting:
        try:
            done = link.send(waiting)
            waiting, sent = waiting[done:], sent + done
        except BlockingIOError:
            pass
    elif over and not closed:
        link.shutdown(socket.SHUT_WR)
        closed = True
    if select.select([link], [], [], 0.005)[0]:
        data = link.recv(65536)
        now = time.monotonic()
        gap, last = max(gap, now - last), now
        if not data:
            break
        if not expected.startswith(data):
            sys.exit("what came back is not what was sent: %r" % data)
        expected, received = expected[len(data):], received + len(data)
        if received == len(data):
            print("talking", flush=True)
    elif time.monotonic() - last > limit:
        sys.exit("no answer for %d s after %d of %d bytes" % (limit, received, sent))
print(json.dumps({"sent": sent, "received": received, "longestGap": round(gap * 1000)}), flush=True)`;

/** Opens a session from one place to an address of another; resolves when both ends have said something. */
export async function openSession(
  from: Place,
  to: Place,
  address: string,
  port: number,
): Promise<TcpSession> {
  const listening = await start(to, server, address, port, 'listening');
  const talking = await start(from, client, address, port, 'talking');
  return {
    end: async () => {
      const { code } = await talking.stop(40_000).then(
        (exit) => exit,
        () => ({ code: undefined }),
      );
      await listening.kill();
      const said = talking.output.entries.map(({ text }) => text);
      const result = said.find((text) => text.startsWith('{'));
      if (result === undefined) throw new Error(`the session broke (${code}): ${said.join('\n')}`);
      return JSON.parse(result) as SessionResult;
    },
  };
}

async function start(
  place: Place,
  script: string,
  address: string,
  port: number,
  sign: string,
): Promise<HostProcess> {
  const program = await place.spawn('python3', [
    ...['-c', script, address, String(port), String(patient(30))],
  ]);
  await program.output.waitFor(({ text }) => text === sign);
  return program;
}
