import type { FaucetModel } from '@dovesnap/faucet-config';
import type { Flow } from '@dovesnap/ovs';
import { type AttachedNetwork, networkOn } from '../../domain/attached-network.ts';
import { localOfPort, localSwitchPort } from '../../domain/names.ts';
import { decidingFlows, lossOf, lostMeters } from '../../plan/flows/lost-flows.ts';
import { metersOf } from '../../plan/flows/meters.ts';
import { interfaceOf } from '../../plan/policy/interface-policy.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import type { Parts } from '../parts.ts';
import type { Registry } from '../registry.ts';
import type { Flows } from './flows.ts';
import { meetBridge } from './meet-anew.ts';

/** Faucet takes the flows of a port away and gives it new ones in one breath. */
const quietMs = 20;

/**
 * Sees the gateway and the ports that no container is behind lose rules with their meter, as the ports of containers do,
 * and has Faucet meet the bridge anew: they cannot leave Faucet and come back one by one, as those can.
 */
export function watchLostMeters(
  parts: Parts,
  services: {
    readonly registry: Pick<Registry, 'all'>;
    readonly flows: Flows;
    readonly desk: Pick<FaucetDesk, 'latest'>;
    /** Told how many ports of a network have lost flows. */
    readonly count: (network: string, ports: number) => void;
  },
): void {
  const { registry, flows, desk, count } = services;
  const known = new WeakMap<AttachedNetwork, Map<number, readonly Flow[]>>();
  /** Notes what a port has; answers whether it has lost rules under meters that its ACLs still name. */
  const hasLost = (network: AttachedNetwork, inPort: number): boolean => {
    const before = known.get(network) ?? new Map<number, readonly Flow[]>();
    known.set(network, before);
    const had = before.get(inPort) ?? [];
    const now = decidingFlows(flows.follow(network).flowsOf(inPort));
    const meters = lossOf(had, now) === undefined ? undefined : lostMeters(had, now);
    const wanted = wantedMeters(network, inPort, desk.latest);
    if (meters?.every((meter) => wanted.has(meter))) return true;
    before.set(inPort, now);
    return false;
  };
  const follow = async (network: AttachedNetwork, ports: readonly number[]): Promise<void> => {
    if (!ports.some((inPort) => hasLost(network, inPort))) return;
    await parts.clock.sleep(quietMs, network.life.signal);
    const lost = ports.filter((inPort) => hasLost(network, inPort));
    if (lost.length === 0 || network.life.signal.aborted) return;
    known.delete(network);
    const names = lost.map((inPort) =>
      inPort === localSwitchPort ? 'the gateway' : `port ${inPort}`,
    );
    const what = `flows of ${names.join(', ')} with their meter`;
    const at = new Date(parts.clock.now()).toISOString();
    const sentence = `the switch has lost ${what}: Faucet is made to meet it anew`;
    parts.log.warn({ network: network.name }, sentence);
    network.notes.set('lost meters', `at ${at} the switch had lost ${what}`);
    count(network.name ?? network.spec.bridge, lost.length);
    await meetBridge(parts, network);
  };
  flows.onChange((bridge, ofPorts) => {
    const network = networkOn(registry.all(), bridge);
    if (network === undefined) return;
    follow(
      network,
      [...ofPorts].filter((ofPort) => !network.ports.has(ofPort)),
    ).catch((err: unknown) => {
      if (network.life.signal.aborted) return;
      parts.log.error({ network: network.name, err }, 'lost flows could not be put right');
    });
  });
}

/** Numbers of the meters that rules on a port name, by faucet.yaml. */
function wantedMeters(
  network: AttachedNetwork,
  inPort: number,
  model: FaucetModel | undefined,
): ReadonlySet<number | undefined> {
  if (model === undefined) return new Set();
  const found = interfaceOf(network, inPort === localSwitchPort ? localOfPort : inPort, model);
  return new Set(metersOf(model, found?.aclsIn ?? []).map(({ meterId }) => meterId));
}
