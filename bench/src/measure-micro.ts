import type { Plan } from './flags.ts';
import { measureFaucetYaml } from './micro/faucet-yaml.ts';
import { measureLinks } from './micro/links.ts';
import { measureNat } from './micro/nat.ts';
import type { MeasureOperations, Operation } from './micro/operation.ts';
import { measureOvsdb } from './micro/ovsdb.ts';
import { percentile } from './statistics.ts';
import { formatMs, type Section } from './table.ts';

const measurements: readonly MeasureOperations[] = [
  measureOvsdb,
  measureLinks,
  measureNat,
  measureFaucetYaml,
];

/** Measures single operations beside more and more that is there already. */
export async function measureMicro(plan: Plan): Promise<Section> {
  const bySize: (readonly Operation[])[] = [];
  for (const size of plan.microSizes) {
    const operations: Operation[] = [];
    for (const measure of measurements) operations.push(...(await measure(size)));
    bySize.push(operations);
  }
  const [first = []] = bySize;
  return {
    title: 'Single operations',
    about: `Milliseconds, p50 and p95 of 5 to 50 times, beside so many ports (rows in the database, veth pairs, published ports,
interfaces in faucet.yaml) that are there already. Real ovsdb-server, \`ip\` and iptables, each alone in a network
namespace; those that restore everything are done once.`,
    columns: [
      'operation',
      ...plan.microSizes.flatMap((size) => [`${size.toLocaleString('en')}: p50`, 'p95']),
    ],
    rows: first.map(({ title }, index) => [
      title,
      ...bySize.flatMap((operations) =>
        [50, 95].map((percent) => formatMs(percentile(operations[index]?.times ?? [], percent))),
      ),
    ]),
  };
}
