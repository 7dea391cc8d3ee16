import { capture, type Host } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EngineBed, idOf, openEngineBed } from './engine-calls.ts';

const ifname = 'com.docker.network.endpoint.ifname';
let bed: EngineBed;
let host: Host;
let lan: string;

beforeAll(async () => {
  bed = await openEngineBed('calls');
  ({ host } = bed);
  lan = await bed.createNetwork('lan', '10.81.0.0/24');
});

afterAll(async () => {
  await bed?.close();
});

describe('an engine that asks whether a network needs a gateway (28 and later)', () => {
  test('sets no address aside for a flat one, whose containers have all of the subnet', async () => {
    expect(await bed.call('GwAllocCheck', { Options: {} })).toEqual({
      SkipIPv4: true,
      SkipIPv6: true,
    });
    const { ids, mac } = await bed.createEndpoint(lan, 'first', '10.81.0.1/24');
    expect(mac).not.toBe('');
    const reply = await bed.call('Join', { ...ids, SandboxKey: '/run/docker/netns/first' });
    expect(reply).toEqual({
      InterfaceName: { SrcName: expect.stringMatching(/./), DstPrefix: 'eth' },
      DisableGatewayService: true,
    });
  });

  test('is told which option is wrong by CreateNetwork, and not by the question', async () => {
    const Options = { 'com.docker.network.generic': { 'ovs.bridge.mode': 'bridge' } };
    expect(await bed.call('GwAllocCheck', { Options })).toEqual({
      SkipIPv4: false,
      SkipIPv6: false,
    });
    const IPv4Data = [{ Pool: '10.82.0.0/24', Gateway: '10.82.0.1/24' }];
    const request = { NetworkID: idOf('wrong'), Options, IPv4Data };
    expect(await bed.call('CreateNetwork', request)).toEqual({
      Err: 'option ovs.bridge.mode cannot be "bridge": accepted is flat, nat or routed',
    });
  });
});

describe('the name that a container asks for its interface', () => {
  test('is in the answer to Join, also when the daemon was restarted in between', async () => {
    const { ids } = await bed.createEndpoint(lan, 'named', '10.81.0.20/24', { [ifname]: 'lan0' });
    const records = await host.ovs.vsctl('--columns=external_ids', 'list', 'Interface');
    expect(records.replaceAll('\\', '')).toContain('"wantedLink":"lan0"');
    await host.daemon.stop();
    await host.daemon.start();
    expect(await bed.call('Join', ids)).toMatchObject({
      InterfaceName: { DstPrefix: 'eth', DstName: 'lan0' },
    });
  });

  test('is refused where no interface can have it, and nothing is made', async () => {
    const making = bed.createEndpoint(lan, 'bad', '10.81.0.21/24', { [ifname]: 'lan 0' });
    await expect(making).rejects.toThrow(
      `option ${ifname} cannot be "lan 0": accepted is a name of 1 to 15 bytes without white space, "/", ":" or "%" other than . .. lo all default`,
    );
    expect(
      await bed.call('Join', { NetworkID: lan, EndpointID: idOf('bad 10.81.0.21/24') }),
    ).toEqual({
      Err: expect.stringContaining('does not know endpoint'),
    });
  });
});

describe('the announcement that an engine sends the moment the interface is in the container', () => {
  const runs = 5;

  test(`reaches the neighbour, ${runs} times of ${runs}`, async () => {
    const neighbour = await attach('neighbour', '10.81.0.100/24');
    await host.run('ip', ['-netns', 'neighbour', 'link', 'set', 'lan0', 'up']);
    const seen = await capture(
      { spawn: (file, args) => host.spawn('ip', ['netns', 'exec', 'neighbour', file, ...args]) },
      'lan0',
      { filter: 'arp' },
    );
    for (let run = 0; run < runs; run += 1) {
      const name = `speaker${run}`;
      await attach(name, `10.81.0.${150 + run}/24`, async (mac) => {
        // Longer than the daemon's own announcement, so that nobody takes the one for the other.
        const frame = `${announcement(mac, 150 + run)}${'00'.repeat(40)}`;
        const args = ['netns', 'exec', name, 'python3', '-c', speak, 'lan0', frame];
        const speaker = await host.spawn('ip', args);
        await speaker.output.waitFor(({ text }) => text === 'ready');
        return () => speaker.exited;
      });
      await seen.waitForFrame(({ source, length }) => source === macOf.get(name) && length === 82);
    }
    expect(neighbour).not.toBe('');
    await seen.stop();
  });
});

/** MACs by container. */
const macOf = new Map<string, string>();

/** Raises the interface as soon as it is there and sends at once, as an engine does. */
const speak = `import fcntl, socket, struct, sys
name, frame = sys.argv[1], bytes.fromhex(sys.argv[2])
print("ready", flush=True)
while all(name != there for _, there in socket.if_nameindex()):
    pass
control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
SIOCSIFFLAGS, UP = 0x8914, 0x1043
fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", name.encode(), UP))
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
link.bind((name, 0))
link.send(frame)`;

/** An ARP announcement of 10.81.0.N. */
function announcement(mac: string, last: number): string {
  const own = mac.replaceAll(':', '');
  const address = `0a5100${last.toString(16).padStart(2, '0')}`;
  return `ffffffffffff${own}0806${'0001080006040001'}${own}${address}000000000000${address}`;
}

/**
 * Does with an endpoint what an engine does: Join, then the interface moves into the container, a network namespace here,
 * under the name that was asked for. `before` begins what waits for it there.
 */
async function attach(
  name: string,
  address: string,
  before?: (mac: string) => Promise<() => Promise<unknown>>,
): Promise<string> {
  const { ids, mac } = await bed.createEndpoint(lan, name, address, { [ifname]: 'lan0' });
  macOf.set(name, mac);
  await host.run('ip', ['netns', 'add', name]);
  const finish = await before?.(mac);
  const reply = (await bed.call('Join', ids)) as {
    InterfaceName: { SrcName: string; DstName: string };
  };
  const { SrcName, DstName } = reply.InterfaceName;
  await host.run('ip', ['link', 'set', SrcName, 'netns', name, 'name', DstName]);
  await finish?.();
  return mac;
}
