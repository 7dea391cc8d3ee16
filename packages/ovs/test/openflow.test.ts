import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type ConnectBridge, directSwitch } from '../src/flow/direct-switch.ts';
import { decodeMessages, encodeMessage, type Message } from '../src/flow/openflow-messages.ts';

const none = Buffer.alloc(0);
const [hello, refusal, echoRequest, echoReply, flowMod, barrierRequest, barrierReply] = [
  ...[0, 1, 2, 3, 14, 20, 21],
];

/** A switch that answers each message; `connections` are those that it has now, and had at most. */
function fakeSwitch(answer: (message: Message) => readonly Message[]) {
  const heard: Message[] = [];
  const connections = { now: 0, most: 0 };
  const paths: string[] = [];
  const connect: ConnectBridge = (path) => {
    paths.push(path);
    connections.now += 1;
    connections.most = Math.max(connections.most, connections.now);
    const stream = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _, done) => {
        const { messages } = decodeMessages(chunk);
        heard.push(...messages);
        const bytes = Buffer.concat(messages.flatMap(answer).map(encodeMessage));
        // In two pieces, as a socket may.
        for (const piece of [bytes.subarray(0, 5), bytes.subarray(5)]) {
          if (piece.length > 0) stream.push(piece);
        }
        done();
      },
      destroy: (error, done) => {
        connections.now -= 1;
        done(error);
      },
    });
    return stream;
  };
  return { heard, connections, paths, connect };
}

/** Answers as Open vSwitch does. */
const willing = ({ type, xid }: Message): readonly Message[] => {
  if (type === hello) return [{ type: hello, xid: 9, body: none }];
  return type === barrierRequest ? [{ type: barrierReply ?? 0, xid, body: none }] : [];
};

describe('a switch without a program', () => {
  it('is told which flows to delete, and asked whether it has', async () => {
    const { heard, connect, paths } = fakeSwitch(willing);
    const filters = [
      { table: 0, match: 'in_port=7' },
      { match: 'dl_vlan=100,dl_dst=02:00:00:00:00:0a,out_port=65534', cookie: 5n },
    ];
    expect(await directSwitch('/r', connect).deleteFlows('lab0', filters)).toBe(true);
    expect(paths).toEqual(['/r/lab0.mgmt']);
    expect(heard.map(({ type }) => type)).toEqual([hello, flowMod, flowMod, barrierRequest]);
    const [, first, second] = heard;
    expect(first?.body.subarray(0, 40).toString('hex')).toBe(
      `${'00'.repeat(16)}0003000000000000ffffffffffffffffffffffff00000000`,
    );
    expect(first?.body.subarray(40).toString('hex')).toBe('0001000c800000040000000700000000');
    expect(second?.body.subarray(0, 18).toString('hex')).toBe(
      `${'00'.repeat(7)}05${'ff'.repeat(9)}03`,
    );
    expect(second?.body.readUInt32BE(28)).toBe(0xffff_fffe);
    expect(second?.body.subarray(40).toString('hex')).toBe(
      `00010014${'80000c02'}1064${'80000606'}02000000000a00000000`,
    );
  });

  it('sends a frame by the table action', async () => {
    const { heard, connect } = fakeSwitch(willing);
    const packet = Uint8Array.of(1, 0xfe);
    expect(await directSwitch('/r', connect).packetOut('lab0', { inPort: 65534, packet })).toBe(
      true,
    );
    expect(heard[1]?.body.toString('hex')).toBe(
      `ffffffff${'fffffffe'}0010${'00'.repeat(6)}00000010${'fffffff9'}${'00'.repeat(8)}01fe`,
    );
  });

  it.each([
    { match: 'ip,in_port=7' },
    { match: 'dl_src=02:00:00:00:00:0a' },
    { match: 'in_port=LOCAL' },
    { match: 'in_port=7', strict: true },
  ])('is not asked for what is not encoded: %o', async (filter) => {
    const { connect, paths } = fakeSwitch(willing);
    const filters = [{ match: 'in_port=1' }, filter];
    expect(await directSwitch('/r', connect).deleteFlows('lab0', filters)).toBe(false);
    expect(paths).toEqual([]);
  });

  it('that is not there has done nothing', async () => {
    const missing: ConnectBridge = () => {
      const stream = new Duplex({ read: () => undefined, write: () => undefined });
      setImmediate(() => stream.destroy(new Error('connect ENOENT')));
      return stream;
    };
    expect(await directSwitch('/r', missing).deleteFlows('lab0', [{ match: 'in_port=1' }])).toBe(
      false,
    );
  });

  it('that refuses says so with the numbers of OpenFlow', async () => {
    const { connect } = fakeSwitch((message) =>
      message.type === flowMod
        ? [{ type: refusal ?? 0, xid: message.xid, body: Buffer.from('00050003', 'hex') }]
        : willing(message),
    );
    await expect(
      directSwitch('/r', connect).deleteFlows('lab0', [{ match: 'in_port=1' }]),
    ).rejects.toMatchObject({
      code: 'OFCTL',
      message:
        'deletion of flows on bridge lab0 failed: the switch refused it (OpenFlow error type 5, code 3)',
    });
  });

  it('is answered when it asks whether anybody is there', async () => {
    const body = Buffer.from('ab');
    const { heard, connect } = fakeSwitch((message) =>
      message.type === hello
        ? [...willing(message), { type: echoRequest ?? 0, xid: 77, body }]
        : willing(message),
    );
    await directSwitch('/r', connect).deleteFlows('lab0', [{ match: 'in_port=1' }]);
    expect(heard).toContainEqual({ type: echoReply, xid: 77, body });
  });

  it('gets one connection at a time for one bridge, and the next also after a failure', async () => {
    let refusals = 1;
    const { connect, connections } = fakeSwitch((message) => {
      if (message.type !== flowMod || refusals === 0) return willing(message);
      refusals -= 1;
      return [{ type: refusal ?? 0, xid: message.xid, body: none }];
    });
    const direct = directSwitch('/r', connect);
    const all = [1, 2, 3].map((n) => direct.deleteFlows('lab0', [{ match: `in_port=${n}` }]));
    const results = await Promise.allSettled(all);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(connections).toEqual({ now: 0, most: 1 });
  });
});
