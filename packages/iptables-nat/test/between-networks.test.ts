import { type IptablesTables, iptablesTables } from '@dovesnap/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Family, type NatNetwork, planNat, type WantedNat } from '../src/index.ts';
import { forwardVerdict, type Packet } from './forward-verdict.ts';
import { observe, restore } from './simulated-kernel.ts';

const owner = 'LAB';
const families = ['ipv4', 'ipv6'] as const;

const ways = fc.record({
  state: fc.constantFrom<Packet['state']>('NEW', 'ESTABLISHED'),
  dnat: fc.boolean(),
});

const networks: fc.Arbitrary<readonly NatNetwork[]> = fc
  .uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 4 })
  .chain((numbers) =>
    fc.tuple(
      ...numbers.map((n) =>
        fc.record({
          bridge: fc.constant(`br${n}`),
          subnets: fc.subarray([`10.${n}.0.0/16`, `fd00:${n}::/64`], { minLength: 1 }),
          masquerade: fc.boolean(),
          isolated: fc.boolean(),
          uplink: fc.boolean(),
        }),
      ),
    ),
  );

/** Networks with a port 80 published in each subnet. */
function wantedOf(all: readonly NatNetwork[]): WantedNat {
  const published = all
    .flatMap(({ subnets }) => subnets)
    .map((subnet, index) => ({
      protocol: 'tcp' as const,
      host: { port: 8000 + index },
      to: { address: memberOf(subnet), port: 80 },
    }));
  return { owner, networks: all, published };
}

/** Docker's rules as they lie in FORWARD, its jump to DOCKER-USER before or behind our drops. */
function kernelsOf(
  all: readonly NatNetwork[],
  dockerFirst: boolean,
): Record<Family, IptablesTables> {
  const docker = {
    'filter FORWARD': ['-j DOCKER-USER', '-i docker0 ! -o docker0 -j ACCEPT'],
    'filter DOCKER-USER': ['-j RETURN'],
  };
  const kernels = { ipv4: iptablesTables(docker), ipv6: iptablesTables(docker) };
  restore(kernels, planNat(observe(kernels, owner), wantedOf(all)));
  for (const kernel of dockerFirst ? Object.values(kernels) : []) {
    const forward = kernel.get('filter')?.get('FORWARD') ?? [];
    const isOurs = (rule: string): boolean => rule.includes(`${owner}-`);
    const inOrder = [...forward.filter((rule) => !isOurs(rule)), ...forward.filter(isOurs)];
    kernel.get('filter')?.set('FORWARD', inOrder);
  }
  return kernels;
}

function memberOf(subnet: string): string {
  return subnet.includes(':') ? subnet.replace(/\/.*/, '2') : subnet.replace(/0\/.*/, '2');
}

/** A network's subnet of a family and the address in it that is published; none where it has none. */
function placesIn({ subnets }: NatNetwork, family: Family): readonly string[] {
  const subnet = subnets.find((each) => each.includes(':') === (family === 'ipv6'));
  return subnet === undefined
    ? []
    : [subnet, `${memberOf(subnet)}/${family === 'ipv4' ? 32 : 128}`];
}

test('a masqueraded network and any other do not reach each other, routed ones do, whoever jumps first', () => {
  fc.assert(
    fc.property(networks, ways, fc.boolean(), (all, way, dockerFirst) => {
      const kernels = kernelsOf(all, dockerFirst);
      const pairs = all.flatMap((one) =>
        all.filter((network) => network !== one).map((other) => ({ one, other })),
      );
      for (const { one, other } of pairs) {
        for (const family of families) {
          const destination = placesIn(other, family);
          if (destination.length === 0) continue;
          const source = placesIn(one, family);
          // What others than its members send over a way out is not its own.
          if (one.uplink === true && source.length === 0) continue;
          const packet = { ...way, from: one.bridge, to: other.bridge, source, destination };
          const routed = !one.masquerade && !other.masquerade;
          expect(forwardVerdict(kernels[family], packet)).toBe(routed ? 'ACCEPT' : 'DROP');
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('an isolated network is not reached from itself in either family, whoever jumps first', () => {
  fc.assert(
    fc.property(networks, ways, fc.boolean(), (all, way, dockerFirst) => {
      const kernels = kernelsOf(all, dockerFirst);
      for (const network of all) {
        for (const family of families) {
          const places = placesIn(network, family);
          if (places.length === 0 && network.isolated !== true) continue;
          const { bridge } = network;
          const packet = { ...way, from: bridge, to: bridge, source: places, destination: places };
          const verdict = forwardVerdict(kernels[family], packet);
          expect(verdict).toBe(network.isolated === true ? 'DROP' : 'ACCEPT');
        }
      }
    }),
    { numRuns: 100 },
  );
});

test.each([false, true])(
  'a bridge of Docker reaches a masqueraded network only through a published port; Docker first: %s',
  (dockerFirst) => {
    const natted = { bridge: 'lab0', subnets: ['10.9.0.0/24'], masquerade: true };
    const routed = { bridge: 'lab1', subnets: ['10.8.0.0/24'], masquerade: false };
    const { ipv4 } = kernelsOf([natted, routed], dockerFirst);
    const into = (network: NatNetwork, dnat: boolean): string =>
      forwardVerdict(ipv4, {
        from: 'docker0',
        to: network.bridge,
        source: ['172.17.0.0/16'],
        destination: placesIn(network, 'ipv4'),
        state: 'NEW',
        dnat,
      });
    expect(into(natted, false)).toBe('DROP');
    expect(into(natted, true)).toBe('ACCEPT');
    expect(into(routed, false)).toBe('ACCEPT');
  },
);

test.each([
  { hidden: true, dockerFirst: false },
  { hidden: true, dockerFirst: true },
  { hidden: false, dockerFirst: false },
])(
  'a network is the way out for all, and the way in for answers only: %o',
  ({ hidden, dockerFirst }) => {
    const up = { bridge: 'up0', subnets: ['10.7.0.0/24'], masquerade: hidden, uplink: true };
    const lab = { bridge: 'lab0', subnets: ['10.9.0.0/24'], masquerade: true };
    const open = { bridge: 'lab1', subnets: ['10.8.0.0/24'], masquerade: false };
    const { ipv4 } = kernelsOf([up, lab, open], dockerFirst);
    const beyond = ['203.0.113.0/24'];
    const placeOf = (network: NatNetwork | undefined) =>
      network ? placesIn(network, 'ipv4') : beyond;
    const verdict = (
      from: NatNetwork | undefined,
      to: NatNetwork | undefined,
      packet: Partial<Packet> = {},
    ): string => {
      const [source, destination] = [placeOf(from), placeOf(to)];
      const links = { from: (from ?? up).bridge, to: (to ?? up).bridge };
      return forwardVerdict(ipv4, { ...links, source, destination, state: 'NEW', ...packet });
    };
    for (const network of [up, lab, open]) expect(verdict(network, undefined)).toBe('ACCEPT');
    expect(verdict(undefined, lab)).toBe('DROP');
    expect(verdict(undefined, lab, { state: 'ESTABLISHED' })).toBe('ACCEPT');
    expect(verdict(undefined, lab, { dnat: true })).toBe('ACCEPT');
    expect(verdict(undefined, open)).toBe('ACCEPT');
    expect(verdict(up, lab)).toBe('DROP');
    expect(verdict(lab, up)).toBe('DROP');
  },
);

test('the number of rules grows with the number of networks', () => {
  const count = (size: number): number => {
    const all = Array.from({ length: size }, (_, n) => ({
      bridge: `br${n}`,
      subnets: [`10.${n}.0.0/16`],
      masquerade: n % 2 === 0,
    }));
    const rules = [...(kernelsOf(all, false).ipv4.get('filter')?.values() ?? [])].flat();
    return rules.length;
  };
  expect(count(40) - count(20)).toBe(count(60) - count(40));
});
