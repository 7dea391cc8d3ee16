import type { TestNamespace } from '@dovesnap/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureNat, type Firewall, openFirewall, planNat, planNatRemoval } from '../src/index.ts';
import { batch, dockerFirst, type Lab, openLab, reaches, rulesOfOthers, serveHttp } from './lab.ts';

const owner = 'LAB';
const natted = { bridge: 'lab0', subnets: ['10.9.0.0/24', 'fd00:9::/64'], masquerade: true };
const routed = { bridge: 'lab1', subnets: ['10.8.0.0/24', 'fd00:8::/64'], masquerade: false };

const fetchSource = `fetch(process.argv[1], { signal: AbortSignal.timeout(5000) })
  .then((answer) => answer.text()).then((text) => process.stdout.write(text))`;

/** What dockerd 20.10 keeps, with an administrator's rule. `docker0` is lab1 here. */
const dockerRules = `*filter
:FORWARD DROP [0:0]
:DOCKER - [0:0]
:DOCKER-ISOLATION-STAGE-1 - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-ISOLATION-STAGE-1
-A FORWARD -o lab1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -i lab1 ! -o lab1 -j ACCEPT
-A DOCKER-ISOLATION-STAGE-1 -j RETURN
-A DOCKER-USER -d 192.0.2.3/32 -m comment --comment "keep out -j LAB-FWD" -j DROP
-A DOCKER-USER -j RETURN
COMMIT
*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 10.8.0.0/24 ! -o lab1 -j MASQUERADE
COMMIT
`;

describe.each(['nft', 'legacy'] as const)('with the %s backend', (backend) => {
  let lab: Lab;
  let firewall: Firewall;

  beforeEach(async () => {
    lab = await openLab();
    for (const command of ['iptables', 'ip6tables']) {
      await lab.router.run(`${command}-${backend}`, ['-P', 'FORWARD', 'DROP']);
    }
    firewall = await openFirewall({ run: lab.router.run, backend });
  });

  afterEach(async () => {
    await lab.close();
  });

  test('a masqueraded network reaches the world, and nothing reaches it', async () => {
    expect(await reaches(lab.client, '192.0.2.2')).toBe(false);
    await ensureNat(firewall, { owner, networks: [natted] });
    // The server has no route to the client: an answer proves that the source was rewritten.
    expect(await reaches(lab.client, '192.0.2.2')).toBe(true);
    expect(await reaches(lab.client, '2001:db8::2')).toBe(true);
    await batch(lab.server, ['route add 10.9.0.0/24 via 192.0.2.1']);
    expect(await reaches(lab.server, '10.9.0.2')).toBe(false);
  });

  test('a routed network is reached under its own addresses', async () => {
    await ensureNat(firewall, { owner, networks: [routed] });
    expect(await reaches(lab.second, '192.0.2.2')).toBe(false);
    await batch(lab.server, [
      'route add 10.8.0.0/24 via 192.0.2.1',
      'route add fd00:8::/64 via 2001:db8::1',
    ]);
    for (const address of ['192.0.2.2', '2001:db8::2']) {
      expect(await reaches(lab.second, address)).toBe(true);
    }
    for (const address of ['10.8.0.2', 'fd00:8::2']) {
      expect(await reaches(lab.server, address)).toBe(true);
    }
  });

  test('applied twice is applied once, and removed leaves nothing', async () => {
    const before = await rulesOfOthers(lab.router, backend);
    const published = [
      { protocol: 'tcp', host: { port: 8080 }, to: { address: '10.9.0.2', port: 80 } },
      {
        protocol: 'udp',
        host: { address: '192.0.2.1', port: 53 },
        to: { address: '10.8.0.2', port: 53 },
      },
      { protocol: 'sctp', host: { port: 9 }, to: { address: 'fd00:9::2', port: 9 } },
    ] as const;
    const one = { ...natted, bridge: 'one', subnets: ['10.7.0.4/32'], isolated: true };
    const networks = [natted, routed, one];
    expect(await ensureNat(firewall, { owner, networks, published })).toHaveLength(1);
    expect(await ensureNat(firewall, { owner, networks, published })).toEqual([]);
    const added = await rulesOfOthers(lab.router, backend);
    expect(added.filter((line) => line.startsWith('-A'))).toEqual([]);
    expect(added).toEqual(expect.arrayContaining([...before]));

    await firewall.apply(planNatRemoval(await firewall.read(owner)));
    const observed = await firewall.read(owner);
    expect(observed.families.flatMap(({ chains }) => chains)).toEqual([]);
    for (const save of ['iptables', 'ip6tables']) {
      expect((await lab.router.run(`${save}-${backend}-save`, [])).stdout).not.toContain('LAB-');
    }
  });

  test('finds its place among the rules of Docker and an administrator, and finds it again', async () => {
    const restore = `iptables-${backend}-restore`;
    await lab.router.run(restore, ['--noflush'], { input: dockerRules });
    expect((await openFirewall({ run: lab.router.run })).backend).toBe(backend);
    const before = await rulesOfOthers(lab.router, backend);
    await ensureNat(firewall, { owner, networks: [natted] });
    expect(await rulesOfOthers(lab.router, backend)).toEqual(expect.arrayContaining([...before]));

    expect(await reaches(lab.client, '192.0.2.2')).toBe(true);
    // The administrator's DROP decides before our ACCEPT; Docker's ACCEPT of docker0 does not open our network.
    expect(await reaches(lab.client, '192.0.2.3')).toBe(false);
    expect(await reaches(lab.second, '192.0.2.2')).toBe(true);
    expect(await reaches(lab.second, '10.9.0.2')).toBe(false);

    await lab.router.run(restore, ['--noflush'], { input: dockerFirst });
    expect(await ensureNat(firewall, { owner, networks: [natted] })).toHaveLength(1);
    const { stdout } = await lab.router.run(`iptables-${backend}`, ['-S', 'FORWARD']);
    expect(stdout.split('\n').slice(1, 3)).toEqual([
      '-A FORWARD -j LAB-DROP',
      '-A FORWARD -j DOCKER-USER',
    ]);
    expect(await rulesOfOthers(lab.router, backend)).toEqual(expect.arrayContaining([...before]));
  });

  test('leads a published port to its container, also from the host and its own network', async () => {
    const web = await serveHttp(lab.client);
    try {
      const published = [
        { protocol: 'tcp', host: { port: 8080 }, to: { address: '10.9.0.2', port: 80 } },
      ] as const;
      await ensureNat(firewall, { owner, networks: [natted], published });
      const get = async (space: TestNamespace, url: string): Promise<string> =>
        (await space.run(process.execPath, ['-e', fetchSource, url])).stdout;
      for (const space of [lab.server, lab.client, lab.router]) {
        expect(await get(space, 'http://192.0.2.1:8080/')).toBe('hello');
      }
    } finally {
      await web.close();
    }
  });

  test('says that somebody else was faster, and changes nothing then', async () => {
    await ensureNat(firewall, { owner, networks: [natted] });
    const removal = planNatRemoval(await firewall.read(owner));
    await lab.router.run(`iptables-${backend}`, ['-D', 'FORWARD', '-j', 'LAB-DROP']);
    const before = (await lab.router.run(`iptables-${backend}`, ['-S'])).stdout;
    await expect(firewall.apply(removal)).rejects.toMatchObject({ code: 'CHANGED' });
    expect((await lab.router.run(`iptables-${backend}`, ['-S'])).stdout).toBe(before);
    await ensureNat(firewall, { owner, networks: [] });
    expect(planNat(await firewall.read(owner), { owner, networks: [] }).families).toEqual([]);
  });
});
