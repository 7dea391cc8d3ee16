import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureNat, openFirewall, type WantedNat } from '../src/index.ts';
import { connects, dockerFirst, type Lab, openLab, reachedOf, serveHttp } from './lab.ts';

const owner = 'LAB';
const one = { bridge: 'lab0', subnets: ['10.9.0.0/24', 'fd00:9::/64'] };
const other = { bridge: 'lab1', subnets: ['10.8.0.0/24', 'fd00:8::/64'] };
const shared = { bridge: 'lab2', subnets: ['10.7.0.0/24', 'fd00:7::/64'] };
const ofOne = ['10.9.0.2', 'fd00:9::2'];
const ofOther = ['10.8.0.2', 'fd00:8::2'];
const booleans = [true, false];

/** An engine's jump to the administrator's rules. */
const docker = '*filter\n:DOCKER-USER - [0:0]\n-A FORWARD -j DOCKER-USER\nCOMMIT\n';

describe.each([
  ['nft', 'drops'],
  ['nft', 'Docker'],
  ['legacy', 'drops'],
  ['legacy', 'Docker'],
] as const)('with the %s backend and the jump of the %s first', (backend, first) => {
  let lab: Lab;

  beforeEach(async () => {
    lab = await openLab();
  });

  afterEach(async () => {
    await lab.close();
  });

  async function ensureAmongDocker(wanted: Omit<WantedNat, 'owner'>): Promise<void> {
    const restore = async (input: string): Promise<void> => {
      for (const program of ['iptables', 'ip6tables']) {
        await lab.router.run(`${program}-${backend}-restore`, ['--noflush'], { input });
      }
    };
    await restore(docker);
    await ensureNat(await openFirewall({ run: lab.router.run, backend }), { owner, ...wanted });
    if (first === 'Docker') await restore(dockerFirst);
  }

  test.each([
    ['masqueraded and masqueraded', true, true],
    ['masqueraded and routed', true, false],
    ['routed and masqueraded', false, true],
  ])('%s networks do not reach each other', async (_, masquerade, otherMasquerade) => {
    expect(await reachedOf(lab.client, ...ofOther)).toEqual(ofOther);
    await ensureAmongDocker({
      networks: [
        { ...one, masquerade },
        { ...other, masquerade: otherMasquerade },
      ],
    });
    const reached = [reachedOf(lab.client, ...ofOther), reachedOf(lab.second, ...ofOne)];
    expect(await Promise.all(reached)).toEqual([[], []]);
  });

  test('routed networks reach each other', async () => {
    await lab.router.run(`iptables-${backend}`, ['-P', 'FORWARD', 'DROP']);
    await lab.router.run(`ip6tables-${backend}`, ['-P', 'FORWARD', 'DROP']);
    const networks = [one, other].map((network) => ({ ...network, masquerade: false }));
    await ensureAmongDocker({ networks });
    expect(await reachedOf(lab.client, ...ofOther)).toEqual(ofOther);
    expect(await reachedOf(lab.second, ...ofOne)).toEqual(ofOne);
  });

  test.each(booleans)(
    'a published port is open to the world and to no other network (%s)',
    async (masquerade) => {
      const published = ofOne.map((address) => ({
        protocol: 'tcp' as const,
        host: { port: 8080 },
        to: { address, port: 80 },
      }));
      const networks = [
        { ...one, masquerade: true },
        { ...other, masquerade },
      ];
      const web = await serveHttp(lab.client);
      try {
        await ensureAmongDocker({ networks, published });
        const connected = (from: Lab['second']) =>
          Promise.all(['192.0.2.1', '2001:db8::1'].map((to) => connects(from, to, 8080)));
        expect(await connected(lab.server)).toEqual([true, true]);
        expect(await connected(lab.second)).toEqual([false, false]);
      } finally {
        await web.close();
      }
    },
  );

  test.each(booleans)(
    'only an isolated network does not reach itself, masqueraded: %s',
    async (masquerade) => {
      const members = ['10.7.0.3', 'fd00:7::3'];
      await ensureAmongDocker({ networks: [{ ...shared, masquerade }] });
      expect(await reachedOf(lab.client, ...members)).toEqual(members);
      await ensureAmongDocker({ networks: [{ ...shared, masquerade, isolated: true }] });
      expect(await reachedOf(lab.client, ...members)).toEqual([]);
    },
  );
});
