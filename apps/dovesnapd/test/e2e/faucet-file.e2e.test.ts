import { type Host, until } from '@dovesnap/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { complaintOf } from './complaint.ts';
import { fleetNames, removeFleet, startFleet, untilPortsRest } from './fleet.ts';
import { addressOf, createNetwork, openLab, startContainer } from './lab.ts';
import { networkStatus, untilState } from './network-status.ts';
import { reaches } from './reaches.ts';

/** As a person writes it: comments everywhere, odd spacing, flow style, quotes, anchors, things that we do not know. */
const operator = `---
# Switches of the campus.  Ask noc@example.test before you touch anything!
meters:
  slow:                     # 1 Mbit/s
    meter_id: 1
    entry: {flags: "KBPS", bands: [{type: 'DROP', rate: 1000}]}
acls:
  # Everybody.
  "allow-all":
  - rule:
      actions: {allow: 1}   # yes
  deny-all:
    - rule: {actions: {allow: 0}}
  web-only:
      - rule: {dl_type: 0x800, nw_proto: 6, tcp_dst: 80, actions: {allow: 1}}
      - rule: {dl_type: 0x806, actions: {allow: 1}}

  metered: [{rule: {actions: {meter: slow, allow: 1}}}]

vlans:
  office:  {vid: 10, description: "1st floor"}   
dps:
  elsewhere:
    dp_id: 0x00000000e15e
    hardware: "Open vSwitch"
    interfaces:
      1:
        native_vlan: office
        acls_in: [web-only]
      2: &uplink {native_vlan: office, description: 'to the world'}

  other-one: {dp_id: 17, hardware: "Open vSwitch", interfaces: {1: {native_vlan: 4000}}}
# The end.
`;

let host: Host;

beforeAll(async () => {
  host = await openLab('file', { faucetConfig: operator });
  await createNetwork(host, 'lan');
  await startContainer(host, 'peer', 'lan');
});

afterAll(async () => {
  await host?.close();
});

afterEach(async () => {
  const names = (await host.docker('ps', '--all', '--format', '{{.Names}}')).split('\n');
  const left = names.filter((name) => !['peer', ''].includes(name));
  if (left.length > 0) await removeFleet(host, left);
});

describe('the faucet.yaml of an operator', () => {
  test('is the same byte for byte outside our entries after 20 attaches and detaches', async () => {
    for (const acl of ['', 'allow-all', 'web-only', 'metered']) {
      const names = fleetNames(`try-${acl}`, 5);
      const label = acl === '' ? [] : ['--label', `dovesnap.faucet.portacl=${acl}`];
      await startFleet(host, names, 'lan', label);
      expect(withoutOurs(await host.faucet.readConfig())).toBe(operator);
      await removeFleet(host, names);
    }
    const text = await host.faucet.readConfig();
    expect(text).not.toBe(operator);
    expect(withoutOurs(text)).toBe(operator);
  });
});

describe.each([
  {
    how: 'a bracket that is left open',
    from: 'bands: [{',
    to: 'bands: [[',
    reason: /Flow sequence/,
  },
  {
    how: 'a name that stands for nothing',
    from: 'acls_in: [web-only]',
    to: 'acls_in: [web-onyl]',
    reason: /there is no ACL "web-onyl"/,
  },
])('a faucet.yaml that was broken by hand, by $how', ({ from, to, reason }) => {
  let broken: string;
  let place: RegExp;

  beforeAll(async () => {
    // The pool cannot grow, nor change the ACL of a port, while the file is broken.
    const enough = async () => ((await networkStatus(host, 'lan'))?.FreePlainPorts ?? 0) > 3;
    await until(enough, { what: 'free ports that have the default policy' });
    await untilPortsRest(host, 'lan');
    const good = await host.faucet.readConfig();
    broken = good.replace(from, to);
    const line = broken.slice(0, broken.indexOf(to)).split('\n').length;
    place = new RegExp(`^/etc/faucet/faucet\\.yaml(?::|, line )${line}: `);
    await host.faucet.writeConfig(broken);
  });

  test('keeps an attach that needs an edit from starting, with file, line and reason', async () => {
    const label = ['--label', 'dovesnap.faucet.portacl=deny-all,web-only'];
    const said = await complaintOf(startContainer(host, 'bad', 'lan', label));
    expect(said).toMatch(place);
    expect(said).toMatch(reason);
  });

  test('lets a plain attach from the pool work', async () => {
    await startContainer(host, 'plain', 'lan');
    expect(await reaches(host, 'plain', await addressOf(host, 'peer', 'lan'))).toBe(true);
  });

  test('is shown as the reason why Faucet is not ready', async () => {
    const { parts } = (await host.daemon.status('/readyz')) as {
      parts: readonly { part: string; up: boolean; detail?: string }[];
    };
    const faucet = parts.find((item) => item.part === 'faucet');
    expect(faucet).toMatchObject({ up: false });
    expect(faucet?.detail).toMatch(place);
    expect(faucet?.detail).toMatch(reason);
  });

  test('is not written over, and attaches go on when it is put right', async () => {
    expect(await host.faucet.readConfig()).toBe(broken);
    await host.faucet.writeConfig(broken.replace(to, from));
    const label = ['--label', 'dovesnap.faucet.portacl=deny-all,web-only'];
    await startContainer(host, 'good', 'lan', label);
    await untilState(host, 'lan', 'good', 'open');
  });
});

describe('a policy label of an image', () => {
  beforeAll(async () => {
    await host.engine.importImage('labelled', { 'dovesnap.faucet.portacl': 'allow-all' });
  });

  const run = (name: string, ...flags: readonly string[]) =>
    host.docker(
      ...['run', '--detach', '--name', name, '--network', 'lan', ...flags],
      ...['labelled', 'sleep', '100000'],
    );

  test('is refused, and the sentence names the label and the two ways out', async () => {
    const said = await complaintOf(run('imaged'));
    expect(said).toBe(
      'label dovesnap.faucet.portacl="allow-all" comes from the image, which is not trusted with policy: start dovesnapd with --trust_image_labels, or give the label another value at run time',
    );
  });

  test('gives way to another value that is given at run time', async () => {
    await run('told', '--label', 'dovesnap.faucet.portacl=web-only');
    expect(await untilState(host, 'lan', 'told', 'open')).toMatchObject({ Acl: 'web-only' });
  });

  test('is taken when dovesnapd trusts images', async () => {
    await host.daemon.stop();
    await host.daemon.start({ args: ['--trust_image_labels'] });
    await run('trusted');
    expect(await untilState(host, 'lan', 'trusted', 'open')).toMatchObject({ Acl: 'allow-all' });
  });
});

describe('when the network is gone', () => {
  test('the file is what it was before the first one, to the byte', async () => {
    await host.docker('rm', '--force', 'peer');
    await host.docker('network', 'rm', 'lan');
    expect(await host.faucet.readConfig()).toBe(operator);
  });
});

/** Leaves out our ACL and our datapath: a line `  NAME:` and all that stands deeper below it. */
function withoutOurs(text: string): string {
  const kept: string[] = [];
  let isOurs = false;
  for (const row of text.split(/(?<=\n)/)) {
    if (/^ {2}"?(?:dovesnap-allow-all|lan)"?:/.test(row)) isOurs = true;
    else if (!row.startsWith('   ')) isOurs = false;
    if (!isOurs) kept.push(row);
  }
  return kept.join('');
}
