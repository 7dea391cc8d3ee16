import { openFirewall, type PublishedPort, planNat, type WantedNat } from '@dovesnap/iptables-nat';
import { openNamespace } from '@dovesnap/testkit';
import { timeRepeatedly } from '../time-repeatedly.ts';
import type { MeasureOperations } from './operation.ts';

const owner = 'BENCH';

/** Restores in a namespace of their own with so many published ports. */
export const measureNat: MeasureOperations = async (size) => {
  const namespace = await openNamespace();
  try {
    const firewall = await openFirewall({ run: namespace.run });
    const ensure = async (published: readonly PublishedPort[]): Promise<void> =>
      firewall.apply(planNat(await firewall.read(owner), wanted(published)));
    const there = Array.from({ length: size }, (_, index) => publish(index));
    const started = performance.now();
    await ensure(there);
    const filling = [performance.now() - started];
    const reading = await timeRepeatedly(() => firewall.read(owner));
    const adding = await timeRepeatedly(
      () => ensure([...there, publish(size)]),
      () => ensure(there),
    );
    return [
      { title: 'NAT: restore all published ports', times: filling },
      { title: 'NAT: read the rules back', times: reading },
      { title: 'NAT: publish one port more (read, plan, restore)', times: adding },
    ];
  } finally {
    await namespace.close();
  }
};

function wanted(published: readonly PublishedPort[]): WantedNat {
  const network = { bridge: 'bench0', subnets: ['10.9.0.0/16'], masquerade: true };
  return { owner, networks: [network], published };
}

function publish(index: number): PublishedPort {
  const address = `10.9.${Math.floor(index / 250)}.${(index % 250) + 2}`;
  return { protocol: 'tcp', host: { port: 10_000 + index }, to: { address, port: 80 } };
}
