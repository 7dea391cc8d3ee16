import { iptablesTables, saveTables } from '@dovesnap/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planNat, planNatRemoval, renderNat, type WantedNat } from '../src/index.ts';
import { observe, restore } from './simulated-kernel.ts';

const owner = 'LAB';
const natted = { bridge: 'lab0', subnets: ['10.9.0.0/24', 'fd00:9::/64'], masquerade: true };
const routed = { bridge: 'lab1', subnets: ['10.8.0.0/24'], masquerade: false };
const empty = () => ({ ipv4: iptablesTables({}), ipv6: iptablesTables({}) });

const plain = fc.constantFrom(
  '-i eth0 -j DROP',
  '-j ACCEPT',
  '-j RETURN',
  '-s 192.0.2.0/24 -m comment --comment "see -j LAB-FWD" -j REJECT',
  '-j OTHER-DROP',
  '-j OTHER-FWD',
  '-j OTHER-POST',
);
const strayJump = fc.constantFrom('-j LAB-DROP', '-j LAB-FWD', '-i eth9 -j LAB-FWD');
const ruleList = fc.array(fc.oneof({ weight: 3, arbitrary: plain }, strayJump), { maxLength: 6 });
const userChain = fc
  .tuple(ruleList, fc.boolean())
  .map(([rules, closed]) => [...rules, ...(closed ? ['-j RETURN'] : [])]);

/** A host with whatever lies in the chains of others, Docker's or not, and half of our chains. */
const kernel = fc
  .record({ forward: ruleList, user: fc.option(userChain), post: fc.array(plain), old: ruleList })
  .map(({ forward, user, post, old }) =>
    iptablesTables({
      'filter OTHER-DROP': [],
      'filter OTHER-FWD': [],
      'filter OTHER-POST': [],
      'nat OTHER-POST': [],
      'nat OTHER-DROP': [],
      'nat OTHER-FWD': [],
      'filter LAB-DROP': ['-i gone -j DROP'],
      'filter LAB-FWD': [],
      'filter LAB-OLD': old.filter((rule) => !rule.includes('LAB')),
      'filter FORWARD': [...forward, ...(user === null ? [] : ['-j DOCKER-USER'])],
      ...(user === null ? {} : { 'filter DOCKER-USER': user }),
      'nat POSTROUTING': post,
    }),
  );

const wanted: fc.Arbitrary<WantedNat> = fc
  .uniqueArray(fc.integer({ min: 0, max: 9 }), { maxLength: 4 })
  .chain((numbers) =>
    fc.record({
      owner: fc.constant(owner),
      networks: fc.tuple(
        ...numbers.map((n) =>
          fc.record({
            bridge: fc.constant(`br${n}`),
            subnets: fc.subarray([`10.${n}.0.0/16`, `172.16.${n}.0/24`, `fd00:${n + 1}::/64`]),
            masquerade: fc.boolean(),
            isolated: fc.boolean(),
            uplink: fc.boolean(),
          }),
        ),
      ),
    }),
  );

const foreign = (text: string): readonly string[] =>
  text.split('\n').filter((line) => !/^[:]LAB-|^-A LAB-| -j LAB-\w+$/.test(line));

test('once a plan is applied the next one is empty, and all rules of others are as before', () => {
  fc.assert(
    fc.property(kernel, kernel, wanted, wanted, (ipv4, ipv6, first, second) => {
      const kernels = { ipv4, ipv6 };
      const before = [foreign(saveTables(ipv4)), foreign(saveTables(ipv6))];
      for (const want of [first, second, { owner, networks: [] }]) {
        restore(kernels, planNat(observe(kernels, owner), want));
        expect(planNat(observe(kernels, owner), want)).toEqual({ families: [] });
        expect([foreign(saveTables(ipv4)), foreign(saveTables(ipv6))]).toEqual(before);
      }
      expect(saveTables(ipv4) + saveTables(ipv6)).not.toMatch(/^:LAB|^-A LAB| -j LAB-\w+$/m);
    }),
    { numRuns: 100 },
  );
});

test('two owners leave each other in peace', () => {
  const kernels = {
    ipv4: iptablesTables({
      'filter FORWARD': ['-j DOCKER-USER'],
      'filter DOCKER-USER': ['-j RETURN'],
    }),
    ipv6: iptablesTables({}),
  };
  const one = { owner, networks: [natted] };
  const two = {
    owner: 'OTHER',
    networks: [{ ...routed, subnets: ['10.8.0.0/24', 'fd00:8::/64'] }],
  };
  for (const want of [one, two]) restore(kernels, planNat(observe(kernels, want.owner), want));
  for (const want of [one, two, one]) {
    expect(planNat(observe(kernels, want.owner), want).families).toEqual([]);
  }
});

test('writes one restore for each family, in the spelling of the kernel', () => {
  const plan = planNat(observe(empty(), owner), { owner, networks: [natted, routed] });
  expect(renderNat(plan).split('\n# ipv6')[0]).toBe(
    `# ipv4
*filter
:LAB-DROP - [0:0]
:LAB-IN - [0:0]
:LAB-OUT - [0:0]
:LAB-FWD - [0:0]
-A LAB-DROP ! -i lab0 -o lab0 -j LAB-IN
-A LAB-DROP -i lab0 -j LAB-OUT
-A LAB-IN -i lab0 -j DROP
-A LAB-IN -i lab1 -j DROP
-A LAB-IN -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP
-A LAB-OUT -o lab1 -j DROP
-A LAB-FWD -j LAB-DROP
-A LAB-FWD -i lab0 -o lab0 -j ACCEPT
-A LAB-FWD -s 10.9.0.0/24 -i lab0 ! -o lab0 -j ACCEPT
-A LAB-FWD -o lab0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A LAB-FWD -i lab1 -o lab1 -j ACCEPT
-A LAB-FWD -s 10.8.0.0/24 -i lab1 ! -o lab1 -j ACCEPT
-A LAB-FWD -d 10.8.0.0/24 ! -i lab1 -o lab1 -j ACCEPT
-I FORWARD 1 -j LAB-DROP
-I FORWARD 2 -j LAB-FWD
COMMIT
*nat
:LAB-POST - [0:0]
-A LAB-POST -s 10.9.0.0/24 ! -o lab0 -j MASQUERADE
-I POSTROUTING 1 -j LAB-POST
COMMIT
`.trimEnd(),
  );
  expect(plan.families.map(({ family }) => family)).toEqual(['ipv4', 'ipv6']);
});

test('drops what an isolated network sends to itself, in both families', () => {
  const isolated = { ...routed, isolated: true };
  const plan = planNat(observe(empty(), owner), { owner, networks: [natted, isolated] });
  expect(plan.families.map(({ family }) => family)).toEqual(['ipv4', 'ipv6']);
  for (const { lines } of plan.families) {
    expect(lines.find((line) => line.startsWith('-A LAB-DROP'))).toBe(
      '-A LAB-DROP -i lab1 -o lab1 -j DROP',
    );
    expect(lines).toContain('-I FORWARD 1 -j LAB-DROP');
    expect(lines).toContain('-A LAB-FWD -i lab0 -o lab0 -j ACCEPT');
    expect(lines).not.toContain('-A LAB-FWD -i lab1 -o lab1 -j ACCEPT');
  }
});

test('puts drops first, and accepts behind the administrator but before the closing RETURN', () => {
  const kernels = empty();
  kernels.ipv4 = iptablesTables({
    'filter FORWARD': ['-j DOCKER-USER', '-j DOCKER-ISOLATION-STAGE-1'],
    'filter DOCKER-USER': ['-i eth1 -j DROP', '-j RETURN'],
  });
  restore(kernels, planNat(observe(kernels, owner), { owner, networks: [natted] }));
  const filter = kernels.ipv4.get('filter');
  expect(filter?.get('FORWARD')).toEqual([
    '-j LAB-DROP',
    '-j DOCKER-USER',
    '-j DOCKER-ISOLATION-STAGE-1',
  ]);
  expect(filter?.get('DOCKER-USER')).toEqual(['-i eth1 -j DROP', '-j LAB-FWD', '-j RETURN']);

  // What dockerd does when it starts: its own jumps to the front. And an administrator who appends.
  filter?.set('FORWARD', ['-j DOCKER-USER', '-j DOCKER-FORWARD', '-j LAB-DROP']);
  filter?.set('DOCKER-USER', ['-j LAB-FWD', '-i eth2 -j DROP', '-j LAB-FWD']);
  const plan = planNat(observe(kernels, owner), { owner, networks: [natted] });
  expect(plan.families).toEqual([
    {
      family: 'ipv4',
      lines: [
        '*filter',
        '-D FORWARD -j LAB-DROP',
        '-I FORWARD 1 -j LAB-DROP',
        '-D DOCKER-USER -j LAB-FWD',
        '-D DOCKER-USER -j LAB-FWD',
        '-I DOCKER-USER 2 -j LAB-FWD',
        'COMMIT',
      ],
    },
  ]);
});

test('writes a published port with its way back from the same network', () => {
  const published = [
    { protocol: 'tcp', host: { port: 8080 }, to: { address: '10.9.0.2', port: 80 } },
    { protocol: 'udp', host: { address: '::1', port: 53 }, to: { address: 'fd00:9::2', port: 53 } },
  ] as const;
  const plan = planNat(observe(empty(), owner), { owner, networks: [natted], published });
  const lines = plan.families.flatMap((family) => family.lines);
  expect(lines).toEqual(
    expect.arrayContaining([
      '-A LAB-DNAT -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.9.0.2:80',
      '-A LAB-FWD -d 10.9.0.2/32 -o lab0 -p tcp -m tcp --dport 80 -m conntrack --ctstate DNAT -j ACCEPT',
      '-A LAB-POST -s 10.9.0.0/24 -d 10.9.0.2/32 -o lab0 -p tcp -m tcp --dport 80 -m conntrack --ctstate DNAT -j MASQUERADE',
      '-I PREROUTING 1 -m addrtype --dst-type LOCAL -j LAB-DNAT',
      '-I OUTPUT 1 ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j LAB-DNAT',
      '-A LAB-DNAT -d ::1/128 -p udp -m udp --dport 53 -j DNAT --to-destination [fd00:9::2]:53',
    ]),
  );
});

test('refuses what iptables would print back otherwise, and a family that is not there', () => {
  const observed = observe(empty(), owner);
  const plan =
    (network: object, more: object = {}) =>
    () =>
      planNat(observed, { owner, networks: [{ ...natted, ...network }], ...more });
  const wrong = [
    plan({ bridge: 'lab+' }),
    plan({ bridge: 'a b' }),
    plan({ bridge: 'sixteen-letters!' }),
    plan({ bridge: '-x' }),
    plan({ subnets: ['10.9.0.1/24'] }),
    plan({ subnets: ['10.9.0.0'] }),
    plan({ subnets: ['0.0.0.0/0'] }),
    plan({ subnets: ['10.9.0.0/33'] }),
    plan({ subnets: ['FD00::/64'] }),
    plan({ subnets: ['fd00::1/64'] }),
    plan({}, { owner: 'lab' }),
    plan({}, { networks: [natted, natted] }),
    plan(
      {},
      { published: [{ protocol: 'tcp', host: { port: 0 }, to: { address: '10.9.0.2', port: 1 } }] },
    ),
    plan(
      {},
      { published: [{ protocol: 'tcp', host: { port: 1 }, to: { address: '10.1.0.2', port: 1 } }] },
    ),
  ];
  for (const attempt of wrong)
    expect(attempt).toThrow(expect.objectContaining({ code: 'BAD_VALUE' }));
  expect(
    plan({ bridge: 'fifteen-letters', subnets: ['10.9.0.0/31', 'fd00:9::4/126'] }),
  ).not.toThrow();

  const only4 = { owner, families: observed.families.filter(({ family }) => family === 'ipv4') };
  expect(() => planNat(only4, { owner, networks: [natted] })).toThrow(
    expect.objectContaining({ code: 'NO_FAMILY' }),
  );
  expect(planNatRemoval(only4)).toEqual({ families: [] });
});

test('lets others leave through a bridge that leads out of the host, but not into its subnets', () => {
  const uplink = { ...natted, subnets: ['10.9.0.0/24'], uplink: true };
  const text = renderNat(planNat(observe(empty(), owner), { owner, networks: [uplink, routed] }));
  expect(text).toContain('-A LAB-DROP -d 10.9.0.0/24 ! -i lab0 -o lab0 -j LAB-IN');
  expect(text).toContain('-s 10.9.0.0/24 ! -d 10.9.0.0/24 -o lab0 -j MASQUERADE');
  expect(text).toContain('-A LAB-IN -s 10.9.0.0/24 -i lab0 -j DROP');
  expect(text).not.toContain('-A LAB-IN -i lab0 -j DROP');
});
