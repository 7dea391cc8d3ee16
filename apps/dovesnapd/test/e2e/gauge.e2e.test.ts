import { type Host, parseMetrics, patient, type Sample, until } from '@dovesnap/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { lostAmong, steadyPing } from './fleet.ts';
import { addressOf, createNetwork, inContainer, openLab, startContainer } from './lab.ts';

let host: Host;

beforeAll(async () => {
  host = await openLab('gauge');
  await createNetwork(host, 'lan', {}, ['--subnet=10.71.0.0/24']);
  await Promise.all([startContainer(host, 'talker', 'lan'), startContainer(host, 'peer', 'lan')]);
});

afterAll(async () => {
  await host?.close();
});

describe('Gauge’s counters of a container’s port, found through dovesnap_port_info', () => {
  test('rise with the container’s traffic', async () => {
    const before = await portPackets('talker');
    const peer = await addressOf(host, 'peer', 'lan');
    await inContainer(host, 'talker', 'ping', '-q', '-c', '50', '-i', '0.01', peer);
    await until(
      async () => {
        const now = await portPackets('talker');
        return now.received >= before.received + 50 && now.sent >= before.sent + 50;
      },
      { what: 'fifty more packets each way in the counters of Gauge', interval: 100 },
    );
  });

  test('stand still while the container is silent', async () => {
    await startContainer(host, 'silent', 'lan');
    const peer = await addressOf(host, 'peer', 'lan');
    const quiet = await portPackets('silent');
    const busy = await portPackets('talker');
    await inContainer(host, 'talker', 'ping', '-q', '-c', '50', '-i', '0.01', peer);
    await until(async () => (await portPackets('talker')).received >= busy.received + 50, {
      what: 'fifty more packets in the counters of Gauge',
      interval: 100,
    });
    expect((await portPackets('silent')).received - quiet.received).toBeLessThan(10);
  });
});

describe('an address that is given to one container after another', () => {
  afterEach(async () => {
    const names = ['first', 'second', 'watcher'];
    await Promise.all(names.map((name) => host.docker('rm', '--force', name).catch(() => '')));
  });

  test('is lost to a peer only for the time between them', async () => {
    await expectNoStaleNeighbour([]);
  });

  test('is lost to a peer only for the time between them when the MACs differ', async () => {
    await expectNoStaleNeighbour(['--mac-address=02:00:00:00:71:01']);
  });
});

/** What the switch received from and sent to a container, as Gauge counts it. */
interface PortPackets {
  readonly received: number;
  readonly sent: number;
}

/** Joins Gauge's page with the daemon's as Prometheus would: `on (dp_name, port)`. Waits for Gauge's first numbers. */
function portPackets(container: string): Promise<PortPackets> {
  return until(
    async () => {
      const info = (await daemonMetrics()).find(
        ({ name, labels }) => name === 'dovesnap_port_info' && labels.container === container,
      );
      const { dp_name = '', port = '' } = info?.labels ?? {};
      const gauge = await host.gauge.metrics('of_port_rx_packets', 'of_port_tx_packets');
      const received = newest(gauge, 'of_port_rx_packets', { dp_name, port });
      const sent = newest(gauge, 'of_port_tx_packets', { dp_name, port });
      return received !== undefined && sent !== undefined && { received, sent };
    },
    { what: `the counters of the port of ${container} in Gauge`, interval: 100 },
  );
}

/** When a port's description changes, Gauge leaves the row with the old one standing as it was (faucet 1.10.12). */
function newest(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>>,
): number | undefined {
  const wanted = Object.entries(labels);
  const rows = samples.filter(
    (sample) => sample.name === name && wanted.every(([key, text]) => sample.labels[key] === text),
  );
  return rows.length === 0 ? undefined : Math.max(...rows.map((row) => row.value));
}

async function daemonMetrics(): Promise<readonly Sample[]> {
  return parseMetrics((await host.http('http://127.0.0.1:9401/metrics')).body);
}

const address = '10.71.0.200';
/** Seconds between two pings of {@link steadyPing}. */
const pace = 0.2;

async function expectNoStaleNeighbour(flagsOfSecond: readonly string[]): Promise<void> {
  await startContainer(host, 'first', 'lan', [`--ip=${address}`]);
  await startContainer(host, 'watcher', 'lan');
  const pings = await steadyPing(host, 'watcher', address);
  await pings.more(5);

  const gapBegins = performance.now();
  await host.docker('rm', '--force', 'first');
  await startContainer(host, 'second', 'lan', [`--ip=${address}`, ...flagsOfSecond]);
  const gap = (performance.now() - gapBegins) / 1000;
  await pings.more(10);

  const lost = lostAmong(await pings.replies());
  expect(lost.length).toBeGreaterThan(0);
  // A stale entry would cost the five seconds after which the kernel begins to doubt it, and the three of its probes.
  expect(lost.length * pace).toBeLessThan(gap + patient(1));
}
