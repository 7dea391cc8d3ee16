import { join } from 'node:path';
import { fakeOvsdb, tempDir } from '@dovesnap/testkit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  connectOvsdb,
  ensure,
  ensureBridge,
  ensurePatch,
  ensurePorts,
  isOvsError,
  type Operation,
  type Ovsdb,
  openSwitchReplica,
  planBridge,
  planExternalIds,
  planMirror,
  planPatch,
  planPorts,
  planRemoveBridge,
  planRemoveMirror,
  planRemovePorts,
  readSwitch,
  removeBridge,
  removePorts,
  type SwitchState,
} from '../src/index.ts';

type Plan = (state: SwitchState) => readonly Operation[];
interface Step {
  readonly what: string;
  readonly plan: Plan;
  readonly apply: (db: Ovsdb) => Promise<unknown>;
}

/** Far more than any step takes: a step that gets lost fails by name. */
const wait = { deadline: 3000 };

const bridges = fc.constantFrom('b0', 'b1');
const names = fc.uniqueArray(fc.constantFrom('p0', 'p1', 'p2', 'p3'), { minLength: 1 });
const ids = fc.dictionary(fc.constantFrom('k0', 'k1'), fc.constantFrom('v0', 'v1'));

const bridgeSpec = fc.record({
  name: bridges,
  datapathType: fc.constantFrom('netdev', undefined),
  failMode: fc.constantFrom('secure', 'standalone', undefined),
  datapathId: fc.constantFrom(1n, 2n, undefined),
  hwaddr: fc.constantFrom('02:00:00:00:00:0a', '02:00:00:00:00:0A', undefined),
  mtu: fc.constantFrom(1400, undefined),
  floodVlans: fc.constantFrom([200, 100, 200], [], [7], undefined),
  controllers: fc.option(
    fc
      .uniqueArray(fc.constantFrom('tcp:127.0.0.1', 'tcp:127.0.0.2:1', 'tcp:[::1]:6653'))
      .map((targets) => targets.map((target, index) => ({ target, maxBackoff: 1000 + index }))),
    { nil: undefined },
  ),
  externalIds: ids,
}) as fc.Arbitrary<Parameters<typeof ensureBridge>[1]>;

const portSpecs = fc
  .tuple(
    bridges,
    names,
    ids,
    fc.constantFrom('internal', '', undefined),
    fc.constantFrom(7, undefined),
    fc.constantFrom(
      { tag: 100, vlanMode: 'native-tagged', isProtected: true } as const,
      { tag: 0, vlanMode: 'access', isProtected: false } as const,
      {},
    ),
  )
  .map(([bridge, ports, externalIds, type, ofPortRequest, forwarding]) => ({
    bridge,
    // Ports of their own for each bridge: the same name on two is refused, which another test shows.
    specs: ports.map((port) => ({
      ...{ name: `${bridge}${port}`, type, externalIds, ofPortRequest },
      ...forwarding,
    })),
  }));

const viaEnsure = (plan: Plan) => (db: Ovsdb) => ensure(db, plan, wait);

const step: fc.Arbitrary<Step> = fc.oneof(
  bridgeSpec.map((spec) => ({
    what: 'bridge',
    plan: (state: SwitchState) => planBridge(state, spec),
    apply: (db: Ovsdb) => ensureBridge(db, spec, wait),
  })),
  bridges.map((name) => ({
    what: 'no bridge',
    plan: (state: SwitchState) => planRemoveBridge(state, name),
    apply: (db: Ovsdb) => removeBridge(db, name, wait),
  })),
  portSpecs.map(({ bridge, specs }) => ({
    what: 'ports',
    plan: (state: SwitchState) => planPorts(state, bridge, specs),
    apply: (db: Ovsdb) => ensurePorts(db, bridge, specs, wait),
  })),
  fc.tuple(bridges, names).map(([bridge, ports]) => {
    const own = ports.map((port) => `${bridge}${port}`);
    return {
      what: 'no ports',
      plan: (state: SwitchState) => planRemovePorts(state, bridge, own),
      apply: (db: Ovsdb) => removePorts(db, bridge, own, wait),
    };
  }),
  fc.constant(null).map(() => {
    const ends = [
      { bridge: 'b0', port: 'to1' },
      { bridge: 'b1', port: 'to0' },
    ] as const;
    return {
      what: 'patch',
      plan: (state: SwitchState) => planPatch(state, ends),
      apply: (db: Ovsdb) => ensurePatch(db, ends, wait),
    };
  }),
  fc.tuple(bridges, fc.boolean()).map(([bridge, selectAll]) => {
    const spec = { name: 'm', selectAll, selectSrcPorts: [bridge], outputPort: `${bridge}p0` };
    const plan: Plan = (state) => [
      ...planPorts(state, bridge, [{ name: `${bridge}p0` }]),
      ...planMirror(state, bridge, spec),
    ];
    return { what: 'mirror', plan, apply: viaEnsure(plan) };
  }),
  bridges.map((bridge) => {
    const plan: Plan = (state) => planRemoveMirror(state, bridge, 'm');
    return { what: 'no mirror', plan, apply: viaEnsure(plan) };
  }),
  fc
    .tuple(bridges, fc.dictionary(fc.constantFrom('k0', 'k1'), fc.option(fc.string())))
    .map(([bridge, changes]) => {
      const plan: Plan = (state) => planExternalIds(state, 'Bridge', bridge, changes);
      return { what: 'record', plan, apply: viaEnsure(plan) };
    }),
);

const fault = fc.oneof(
  fc.record({ after: fc.nat(3), committed: fc.boolean() }),
  fc.record({
    after: fc.nat(3),
    error: fc.constantFrom('timed out', 'constraint violation', 'io'),
  }),
  fc.constant(undefined),
);

/** What a step may end with when there is no such bridge, or when it was interrupted. */
const expected = [
  'BRIDGE_NOT_FOUND',
  'CONFLICT',
  'NOT_CONNECTED',
  'CONSTRAINT',
  'TRANSACTION',
] as const;

it('converges, however steps are mixed and wherever they are interrupted', async () => {
  await using dir = await tempDir('ovsdb');
  let run = 0;
  const interrupted = fc.array(fc.tuple(step, fault), { minLength: 1, maxLength: 12 });
  const property = fc.asyncProperty(interrupted, async (steps) => {
    const server = await fakeOvsdb({ path: join(dir.path, `${run++}.sock`) });
    const db = await connectOvsdb(server.target, { backoff: { first: 1, last: 1 } });
    const replica = openSwitchReplica(db);
    for (const [{ what, plan, apply }, failure] of steps) {
      if (failure !== undefined && 'error' in failure) {
        server.refuseTransaction(failure.after, failure.error);
      } else if (failure !== undefined) server.dropTransaction(failure.after, failure.committed);
      await apply(db).catch((error: unknown) => {
        if (!isOvsError(error, ...expected)) throw error;
      });
      server.refuseTransaction(-1, 'none');
      await replica.until(() => db.state === 'connected', { deadline: 4000 });
      const again = await apply(db).then(
        () => true,
        (error: unknown) => {
          if (!isOvsError(error, 'BRIDGE_NOT_FOUND', 'CONFLICT')) throw error;
          return false;
        },
      );
      const state = await readSwitch(db);
      if (again) expect(plan(state), what).toEqual([]);
      expect(replica.current).toEqual(state);
    }
    await replica.close();
    await db.close();
    await server.close();
  });
  await fc.assert(property, { numRuns: 25 });
}, 20_000);
