import type { Host } from '@dovesnap/testkit';
import { type Cycle, runCycle } from './container-cycle.ts';
import type { Plan } from './flags.ts';
import { aclName, loneAclName, networks, startSleeper } from './lab.ts';
import { untilQuiet } from './quiet.ts';
import { compare, median } from './statistics.ts';
import { formatGoal, formatMs, formatRatio, type Section } from './table.ts';

interface Variant {
  readonly title: string;
  readonly network: keyof typeof networks;
  readonly flags: readonly string[];
  /** Greatest ratio to the baseline. The baseline has none. */
  readonly goal?: number;
  /** What makes the next round find what this one found; not measured. */
  readonly afterwards?: (host: Host, round: number) => Promise<void>;
}

type Peers = Readonly<Record<keyof typeof networks, string>>;
type Series = ReadonlyMap<Variant, readonly Cycle[]>;

const labelled = ['--label', `dovesnap.faucet.portacl=${aclName}`];
const lone = ['--label', `dovesnap.faucet.portacl=${loneAclName}`];
const goal = 1.15;
const warmUps = 2;

const baseline: Variant = { title: 'bridge', network: 'bridge', flags: [] };

const steady: readonly Variant[] = [
  baseline,
  { title: 'dovesnap', network: 'dovesnap', flags: [], goal },
  { title: 'dovesnap, portacl on a free port', network: 'dovesnap', flags: labelled, goal },
  { title: 'dovesnap, portacl of nobody else', network: 'dovesnap', flags: lone, goal },
];

/** Each round takes the one port that has the ACL out of the pool again, so that the next needs a reload too. */
const reloading: readonly Variant[] = [
  baseline,
  {
    title: 'dovesnap, portacl on no free port',
    network: 'dovesnap',
    flags: labelled,
    goal,
    afterwards: (host, round) => startSleeper(host, `holder-${round}`, networks.dovesnap, labelled),
  },
];

const about = `From the start of \`docker run\` until the container's process has had a reply to its ping of a running container on the
same network (one that has none within 1 s is "lost", and the next is sent), then \`docker rm --force\` of the still
running container (\`--stop-signal KILL\`). The variants take turns within each round; before each the daemon has
finished its work in the background. Medians; the first two rounds are not counted. "Ratio" is that of the medians of
the sums, "pairwise" the median of the quotients within each round. "portacl on a free port": a port that carried the
label's ACL is free again, and another container has that ACL. "portacl of nobody else": one reload of Faucet is part of
it, and the removal takes the ACL off the port. "portacl on no free port": the ACL is in use, but every port that carries
it is taken, so one reload of Faucet is part of it.`;

/** Measures one container's life, ours and Docker's own in turn. */
export async function measureAttach(host: Host, peers: Peers, plan: Plan): Promise<Section> {
  await startSleeper(host, 'holder', networks.dovesnap, labelled);
  const first = await takeTurns(host, steady, peers, plan);
  const second = await takeTurns(host, reloading, peers, plan);
  return {
    title: '`docker run`, first ping, `docker rm`',
    about,
    columns: ['', 'until reply, ms', 'removal, ms', 'sum, ms', 'lost', 'ratio', 'pairwise', 'goal'],
    rows: [...toRows(first), ...toRows(second).slice(1)],
  };
}

async function takeTurns(
  host: Host,
  variants: readonly Variant[],
  peers: Peers,
  plan: Plan,
): Promise<Series> {
  const series = new Map(variants.map((variant) => [variant, [] as Cycle[]]));
  for (let round = -warmUps; round < plan.rounds; round++) {
    for (const [variant, cycles] of series) {
      const { network, flags } = variant;
      await untilQuiet(host);
      const options = { name: 'cycle', network: networks[network], peer: peers[network], flags };
      const cycle = await runCycle(host, options);
      if (round >= 0) cycles.push(cycle);
      if (variant.afterwards === undefined) continue;
      await untilQuiet(host);
      await variant.afterwards(host, round + warmUps);
    }
  }
  return series;
}

function toRows(series: Series): readonly (readonly string[])[] {
  const sum = (cycle: Cycle): number => cycle.untilReply + cycle.removal;
  const theirs = (series.get(baseline) ?? []).map(sum);
  return [...series].map(([variant, cycles]) => {
    const { ofMedians, pairwise } = compare(cycles.map(sum), theirs);
    const times = [
      formatMs(median(cycles.map(({ untilReply }) => untilReply))),
      formatMs(median(cycles.map(({ removal }) => removal))),
      formatMs(median(cycles.map(sum))),
      String(cycles.reduce((total, { lost }) => total + lost, 0)),
    ];
    const against =
      variant.goal === undefined
        ? ['–', '–', '–']
        : [formatRatio(ofMedians), formatRatio(pairwise), formatGoal(ofMedians, variant.goal)];
    return [variant.title, ...times, ...against];
  });
}
