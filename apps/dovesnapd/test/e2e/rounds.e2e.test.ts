import {
  diffSnapshots,
  type Host,
  type Snapshot,
  snapshot,
  triedCases,
  until,
} from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chosenSeed } from './chosen-seed.ts';
import { unanswered } from './fleet.ts';
import { addressOf, createNetwork, openLab, startContainer } from './lab.ts';
import { disagreements, disagreementsAtOnce, ourRules, portsRest } from './rounds-compare.ts';
import {
  type Deed,
  mayPing,
  planRounds,
  type RoundsContainer,
  type RoundsNetwork,
  roundsFaucet,
  roundsKinds,
  roundsNetworks,
} from './rounds-model.ts';

/** Enough to have every kind of deed on every network; \`npm run test:cases\` also plays two hundred. */
const rounds = triedCases([25, 200]).at(-1) ?? 25;
const workers = 4;
const perWorker = 3;
/** Traffic is looked at after each so many rounds. */
const pingEvery = 25;
/** A second each on two idle cores; a machine that does much else takes its time. */
const patience = rounds * 5000;
const seed = chosenSeed();

const [plainKind = { labels: {}, acls: {}, macPrefix: '' }] = roundsKinds;

let host: Host;
let before: Snapshot;
let rules: readonly string[];
const anchors: RoundsContainer[] = roundsNetworks.map(({ name }) => ({
  name: `anchor-${name}`,
  kind: plainKind,
  on: new Set([name]),
}));
const own: RoundsContainer[][] = Array.from({ length: workers }, (_, worker) =>
  Array.from({ length: perWorker }, (_, index) => ({
    name: `w${worker}-${index}`,
    kind: plainKind,
    on: new Set<string>(),
  })),
);
const everyone = (): RoundsContainer[] => [...anchors, ...own.flat()];

beforeAll(async () => {
  host = await openLab('rounds', { faucetConfig: roundsFaucet });
  before = await snapshot(host);
  for (const { name, options, subnet } of roundsNetworks) {
    await createNetwork(host, name, options, [`--subnet=${subnet}`]);
    await startContainer(host, `anchor-${name}`, name, ['--stop-signal=KILL']);
  }
  rules = await ourRules(host);
  await Promise.all(own.flat().map((container, at) => createAndStart(container, deedOf(at))));
});

afterAll(async () => {
  await host?.close();
});

describe(`${rounds} rounds of ${workers} workers (seed ${seed})`, () => {
  test(
    'leave Docker, switch, links, rules and Faucet as the model says, after each round',
    async () => {
      const plan = planRounds({ rounds, workers, containers: perWorker, seed });
      for (const [index, deeds] of plan.entries()) {
        const told = deeds.map(
          (deed, worker) => `${own[worker]?.[deed.container]?.name} ${wordsOf(deed)}`,
        );
        const where = `round ${index + 1}: ${told.join(', ')}`;
        await Promise.all(deeds.map((deed, worker) => act(own[worker]?.[deed.container], deed)));
        expect(await disagreementsAtOnce(host, everyone()), where).toEqual([]);
        await untilAgreed(where);
        if ((index + 1) % pingEvery === 0) expect(await wrongTraffic(), where).toEqual([]);
      }
      expect(host.daemon.noise).toEqual([]);
    },
    patience,
  );

  test('leave nothing behind when all is removed', async () => {
    await host.docker('rm', '--force', ...everyone().map(({ name }) => name));
    for (const { on } of everyone()) on.clear();
    await untilAgreed('after the removal of all containers');
    await host.docker('network', 'rm', ...roundsNetworks.map(({ name }) => name));
    expect(diffSnapshots(before, await snapshot(host))).toEqual([]);
    expect(await host.daemon.status('/networks')).toEqual({});
  });
});

function deedOf(at: number): Deed {
  const network = roundsNetworks[at % roundsNetworks.length] as RoundsNetwork;
  return {
    container: 0,
    network,
    kind: roundsKinds[at % roundsKinds.length] ?? plainKind,
    what: 'replace',
  };
}

function wordsOf({ what, network }: Deed): string {
  return `${what} ${network.name}`;
}

async function act(container: RoundsContainer | undefined, deed: Deed): Promise<void> {
  if (container === undefined) throw new Error('no such container');
  const { name, on } = container;
  if (deed.what === 'restart') return engine('POST', `/containers/${name}/restart?t=0`);
  if (deed.what === 'replace') {
    await engine('DELETE', `/containers/${name}?force=1`);
    return createAndStart(container, deed);
  }
  const network = deed.network.name;
  if (on.has(network)) {
    await engine('POST', `/networks/${network}/disconnect`, { Container: name });
    on.delete(network);
  } else {
    await engine('POST', `/networks/${network}/connect`, { Container: name });
    on.add(network);
  }
}

async function createAndStart(container: RoundsContainer, { kind, network }: Deed): Promise<void> {
  const { name, on } = container;
  await engine('POST', `/containers/create?name=${name}`, {
    Image: 'busybox',
    Cmd: ['sleep', '100000'],
    StopSignal: 'KILL',
    Labels: kind.labels,
    HostConfig: { NetworkMode: network.name },
  });
  await engine('POST', `/containers/${name}/start`);
  container.kind = kind;
  on.clear();
  on.add(network.name);
}

/** One call of the engine's API. @throws Error with what it answered when it failed. */
async function engine(method: string, path: string, body?: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const content = body === undefined ? {} : { body: JSON.stringify(body), headers };
  const answer = await host.engine.api(path, { method, ...content });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
}

async function untilAgreed(what: string): Promise<void> {
  await until(() => portsRest(host), { what: `ports at rest (${what})`, deadline: 20_000 });
  await until(
    async () => {
      const found = await disagreements(host, everyone(), rules);
      if (found.length > 0) throw new Error(found.join('\n'));
      return true;
    },
    { what: `the world as the model has it (${what})`, interval: 20, deadline: 20_000 },
  );
}

/** Pings that came through and must not, or the other way round: from each container to the anchors of its networks. */
async function wrongTraffic(): Promise<readonly string[]> {
  const anchorAddress = new Map(
    await Promise.all(
      roundsNetworks.map(
        async ({ name }) => [name, await addressOf(host, `anchor-${name}`, name)] as const,
      ),
    ),
  );
  const found = own.flat().map(async ({ name, kind, on }) => {
    const address = (network: string): string => anchorAddress.get(network) ?? '';
    const denied = [...on].filter((network) => !mayPing(kind, network)).map(address);
    const lost = await unanswered(host, name, [...on].map(address));
    const wrong = [...on]
      .map(address)
      .filter((item) => denied.includes(item) !== lost.includes(item));
    return wrong.map((item) => `${name} -> ${item}`);
  });
  return (await Promise.all(found)).flat();
}
