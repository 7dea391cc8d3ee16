import {
  captureAll,
  type FaucetFlavour,
  type FullCapture,
  type Host,
  machineDatapath,
  movedCounters,
  type Sighting,
  triedCases,
} from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  countersAtRest,
  denyAll,
  heardByHost,
  macsOf,
  sendToHost,
  startSender,
  type Targets,
} from './denied.ts';
import { fleetNames, removeFleet, statusEndpoints } from './fleet.ts';
import { addressOf, createNetwork, gatewayOf, netAdmin, openLab, startContainer } from './lab.ts';
import { untilState } from './network-status.ts';

/**
 * What keeps frames from the host's own stack, taken away. The kernel's datapath takes them itself (openvswitch's receive
 * handler), so the link has to leave the switch; on the one in userspace it is a chain of nftables.
 */
const proof =
  machineDatapath === 'system'
    ? {
        title: 'would reach the host if the link were not on the switch',
        act: async (host: Host, link: string) => {
          await host.daemon.stop();
          await host.ovs.vsctl('del-port', link);
        },
      }
    : {
        title: 'would reach the host if the link were not closed to it',
        act: async (host: Host) => {
          // It would put them back.
          await host.daemon.stop();
          await host.run('nft', ['delete', 'table', 'netdev', 'dovesnap']);
        },
      };

const cases = triedCases<{ flavour: FaucetFlavour; crowd: number }>([
  // An emulated machine cannot capture what fifty send.
  { flavour: 'faucet', crowd: machineDatapath === 'system' ? 10 : 50 },
  { flavour: 'c65faucet', crowd: 10 },
]);

describe.each(cases)(
  'a container labelled with a deny-all ACL, under $flavour',
  ({ flavour, crowd }) => {
    let host: Host;
    let targets: Targets;

    beforeAll(async () => {
      host = await openLab('deny', { flavour });
      await createNetwork(host, 'guarded', { 'ovs.bridge.mode': 'nat' });
      await startContainer(host, 'peer', 'guarded');
      const bridge = (await host.ovs.vsctl('list-br')).trim();
      targets = {
        peer: await addressOf(host, 'peer', 'guarded'),
        peerMac: (await macsOf(host, 'guarded')).get('peer') ?? '',
        gateway: await gatewayOf(host, 'guarded'),
        gatewayMac: (await host.run('cat', [`/sys/class/net/${bridge}/address`])).stdout.trim(),
      };
    });

    afterAll(async () => {
      await host?.close();
    });

    test('passes no frame: the first with its ACL, a crowd that starts and stops at once, the last of many', async () => {
      const capture = await captureAll(host);
      const macs = new Set([
        ...(await sendFrom(capture, ['first'], denyAll)),
        ...(await sendFrom(capture, fleetNames('early', crowd), denyAll)),
        ...(await sendFrom(capture, fleetNames('late', crowd - 1), denyAll)),
      ]);
      const { sightings, dropped } = await capture.stop();
      expect(dropped).toBe(0);
      expect(macs.size).toBeGreaterThanOrEqual(crowd);
      expect(sightings.filter((item) => macs.has(item.source) && isPassed(item))).toEqual([]);
    });

    test('is told from one that may send', async () => {
      const links = [await linkOf('peer'), (await host.ovs.vsctl('list-br')).trim()];
      const capture = await captureAll(host);
      const macs = await sendFrom(capture, ['talker'], [], links);
      const { sightings } = await capture.stop();
      const passed = sightings.filter((item) => macs.has(item.source) && isPassed(item));
      expect(passed.map((item) => item.link)).toEqual(expect.arrayContaining(links));
    });

    test('passes no frame under an ACL that came into faucet.yaml after the daemon had started', async () => {
      const text = await host.faucet.readConfig();
      const rule = 'acls:\n  late-deny:\n    - rule: {actions: {allow: 0}}\n';
      await host.faucet.writeConfig(text.replace(/^acls:\n/m, rule));
      const capture = await captureAll(host);
      const label = ['--label', 'dovesnap.faucet.portacl=late-deny'];
      const macs = await sendFrom(capture, ['newcomer'], label);
      const { sightings } = await capture.stop();
      expect(sightings.filter((item) => macs.has(item.source) && isPassed(item))).toEqual([]);
    });

    test('reaches nothing of the host itself, whatever it sends to the host end of its veth', async () => {
      await startContainer(host, 'intruder', 'guarded', [netAdmin, ...denyAll]);
      const before = await countersAtRest(host);
      await sendToHost(host, 'intruder', await linkOf('intruder'));
      expect(movedCounters(before, await host.counters(), heardByHost)).toEqual({});
    });

    test(proof.title, async () => {
      const link = await linkOf('intruder');
      await proof.act(host, link);
      const before = await countersAtRest(host);
      await sendToHost(host, 'intruder', link);
      expect(movedCounters(before, await host.counters(), ['Udp'])).not.toEqual({});
    });

    /**
     * Starts containers that send at once, waits until each was heard on its own link and on those others, removes them;
     * answers their MACs.
     */
    async function sendFrom(
      capture: FullCapture,
      names: readonly string[],
      flags: readonly string[],
      others: readonly string[] = [],
    ): Promise<ReadonlySet<string>> {
      const since = capture.sightings.entries.length;
      await Promise.all(names.map((name) => startSender(host, name, 'guarded', targets, flags)));
      const known = await macsOf(host, 'guarded');
      const macs = new Set(names.map((name) => known.get(name) ?? name));
      for (const name of names) await untilState(host, 'guarded', name, 'open');
      for (const mac of macs) {
        const isHeard = ({ source }: Sighting): boolean => source === mac;
        await capture.sightings.waitFor(isHeard, { since });
        for (const link of others) {
          await capture.sightings.waitFor((item) => isHeard(item) && item.link === link, { since });
        }
      }
      await removeFleet(host, names);
      return macs;
    }

    async function linkOf(container: string): Promise<string> {
      const all = await statusEndpoints(host, 'guarded');
      return all.find((item) => item.container === container)?.hostLink ?? '';
    }
  },
);

/** Whether a frame is anywhere but on its way in from a container. */
function isPassed({ direction, link }: Sighting): boolean {
  return !(direction === 'in' && /^ods[0-9a-f]{7}\d{4}[ab]$/.test(link));
}
