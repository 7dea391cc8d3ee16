import { type Host, until } from '@dovesnap/testkit';
import { networkStatus } from './network-status.ts';

/** A flow as the switch itself lists it: also those that no controller made. */
interface SwitchFlow {
  readonly table: number;
  readonly priority: number;
  readonly packets: number;
  readonly text: string;
}

/** Of ovs-vswitchd's own: what to do with packets that no flow is for (ovs `ofproto-dpif.c`, `add_internal_flows`). */
const internalTable = 254;

/** The flows of a bridge above all that its controllers made: OpenFlow does not show them. */
export async function hiddenFlows(host: Host, bridge: string): Promise<readonly string[]> {
  const shown = await host.ovs.ofctl('dump-flows', bridge);
  const highest = Math.max(
    ...[...shown.matchAll(/priority=(\d+)/g)].map(([, text]) => Number(text)),
  );
  return (await allFlows(host, bridge))
    .filter(({ table, priority }) => table !== internalTable && priority > highest)
    .map(({ text }) => text);
}

/** How many frames from a port the first table of a bridge has decided on, by whatever flow. */
export async function decidedOn(host: Host, bridge: string, ofPort: number): Promise<number> {
  // Counts of flows are brought up to date by revalidators, every half second or when asked.
  await appctl(host, 'revalidator/wait');
  const flows = (await allFlows(host, bridge)).filter(({ table }) => table === 0);
  return flows
    .filter(({ text, priority }) => priority > 65_535 || text.includes(`in_port=${ofPort},`))
    .reduce((sum, { packets }) => sum + packets, 0);
}

/** Resolves when the switch has decided on so many more frames from a port than it had `before`. */
export async function untilDecided(
  host: Host,
  bridge: string,
  ofPort: number,
  { before, count }: { readonly before: number; readonly count: number },
): Promise<void> {
  const isSo = async (): Promise<boolean> => {
    const now = await decidedOn(host, bridge, ofPort);
    if (now >= before + count) return true;
    throw new Error(`it has decided on ${now - before} of ${count}`);
  };
  await until(isSo, {
    what: `the switch's decision on the frames of port ${ofPort}`,
    interval: 100,
  });
}

async function allFlows(host: Host, bridge: string): Promise<readonly SwitchFlow[]> {
  const lines = (await appctl(host, 'bridge/dump-flows', bridge)).split('\n');
  const number = (text: string, name: string): number =>
    Number(new RegExp(`(?:^|, ?)${name}=(\\d+)`).exec(text)?.[1] ?? 0);
  return lines
    .filter((text) => text.includes('priority='))
    .map((text) => ({
      table: number(text, 'table_id'),
      priority: number(text, 'priority'),
      packets: number(text, 'n_packets'),
      text,
    }));
}

async function appctl(host: Host, ...args: readonly string[]): Promise<string> {
  const socket = ['-t', '/run/openvswitch/ovs-vswitchd.ctl'];
  return (await host.run('ovs-appctl', [...socket, ...args])).stdout;
}

/**
 * Does something that makes Faucet start a network's datapath cold, and resolves when every flow that decides what enters
 * the bridge has come since: until then those of before answer for it, and after them, for a moment, none.
 */
export async function renewFlows(
  host: Host,
  network: string,
  act: () => Promise<void>,
): Promise<void> {
  const bridge = (await networkStatus(host, network))?.BridgeName ?? '';
  const started = performance.now();
  await act();
  const isRenewed = async (): Promise<boolean> => {
    const shown = await host.ovs.ofctl('dump-flows', bridge, 'table=0');
    const passed = performance.now() - started;
    const ages = [...shown.matchAll(/duration=([\d.]+)s/g)].map(([, age]) => Number(age) * 1000);
    return ages.length > 0 && ages.every((age) => age < passed);
  };
  await until(isRenewed, { what: `new flows on ${bridge}`, interval: 50 });
}
