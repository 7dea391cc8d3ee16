import { removeAcl, removeInterface, setAcl, setDp, setInterface } from '@dovesnap/faucet-config';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ContractLab,
  expectSoon,
  flowsOf,
  freePortOf,
  type LabPort,
  load,
  portOf,
  type SeenFlow,
} from './contract-lab.ts';

const cookie = 0x5adc15c0n;

/** The flow of a rule, counted from 0. */
const rule = (index: number, match: string, actions: string): SeenFlow => ({
  ...{ table: 0, priority: 20_480 - index, cookie, match, actions },
});

/** The flow by which a port is on a VLAN. */
const member = (vlan = 100, copies = ''): SeenFlow => ({
  ...{ table: 1, priority: 4096, cookie, match: 'vlan_tci=0x0000/0x1fff' },
  actions: `${copies}push_vlan:0x8100,set_field:${4096 + vlan}->vlan_vid,goto_table:2`,
});

const allowed = [rule(0, '', 'goto_table:1')];
const denied = [rule(0, '', 'drop')];
const noMail = [rule(0, 'tcp,tp_dst=25', 'drop'), rule(1, '', 'goto_table:1')];
const noMailRules = [
  { rule: { eth_type: 0x800, ip_proto: 6, tcp_dst: 25, actions: { allow: 0 } } },
  { rule: { actions: { allow: 1 } } },
];

/** Which flows Faucet gives a port, when it gives them, and what it says of its file. */
export function faucetCases(open: () => ContractLab): void {
  let web: LabPort;
  let mail: LabPort;
  let shut: LabPort;
  let free: LabPort;
  let unused: LabPort;
  const soon = (port: LabPort, flows: readonly SeenFlow[]): Promise<void> =>
    expectSoon(open(), () => flowsOf(open(), port), flows);
  const isConnected = async (port: LabPort): Promise<boolean | undefined> => {
    const { bridges } = await open().ovs.state();
    const bridge = bridges.find(({ name }) => name === port.bridge);
    // Gauge is another controller.
    return bridge?.controllers.some(
      ({ target, connected }) => connected && target.endsWith(':6653'),
    );
  };
  const linkStateOf = async ({ bridge, link }: LabPort): Promise<string | undefined> => {
    const found = (await open().ovs.state()).bridges.find(({ name }) => name === bridge);
    return found?.ports.find(({ name }) => name === link)?.interfaces[0]?.linkState;
  };
  const aclsOf = (port: LabPort, aclsIn: readonly string[] | null) =>
    setInterface('lan', port.ofPort, { aclsIn });

  beforeAll(async () => {
    const lab = open();
    web = await portOf(lab, 'web', 'lan');
    mail = await portOf(lab, 'mail', 'lan');
    shut = await portOf(lab, 'shut', 'lan');
    free = await freePortOf(lab, 'lan');
    unused = await freePortOf(lab, 'other');
  });

  test('the flows of ports are those of their ACLs and their VLAN', async () => {
    await soon(web, [...allowed, member()]);
    await soon(mail, [...noMail, member()]);
    await soon(shut, [...denied, member()]);
    await soon(free, [...allowed, member()]);
  });

  describe('while no daemon runs, Faucet', () => {
    beforeAll(() => open().daemon.stop());
    afterAll(() => open().daemon.start());

    test('replaces the flows of a port whose ACLs change, and no others, without a cold start', async () => {
      const before = await open().faucet.restarts();
      await load(open(), setInterface('lan', mail.ofPort, { description: 'somebody else' }));
      await load(open(), aclsOf(shut, ['no-mail']));
      await soon(shut, [...noMail, member()]);
      await soon(web, [...allowed, member()]);
      await expectSoon(open(), open().faucet.restarts, { ...before, warm: before.warm + 1 });
      await load(open(), aclsOf(shut, ['deny-all']));
      await soon(shut, [...denied, member()]);
    });

    test('names a text as loaded before the switch has its flows', async () => {
      const { faucet, until } = open();
      await faucet.edit([aclsOf(shut, ['no-mail'])]);
      let isNamed: boolean | undefined;
      await until(async () => {
        const flows = await flowsOf(open(), shut);
        if (flows.length === denied.length + 1) return false;
        isNamed ??= await faucet.hasLoaded();
        return flows.length === noMail.length + 1;
      });
      expect(isNamed).toBe(true);
      await load(open(), aclsOf(shut, ['deny-all']));
      await soon(shut, [...denied, member()]);
    });

    test('leaves out a rule that the switch does not take, and keeps its place free', async () => {
      const partial = setAcl('partial', [
        { rule: { ipv4_src: '10.0.0.0/24', actions: { allow: 0 } } },
        { rule: { eth_type: 0x806, actions: { allow: 1 } } },
      ]);
      await load(open(), partial, aclsOf(shut, ['partial']));
      await soon(shut, [rule(1, 'arp', 'goto_table:1'), member()]);
      await load(open(), aclsOf(shut, null));
      // What a port has had below the flow that lets everything through stays when it loses its last ACL.
      await soon(shut, [...allowed, rule(1, 'arp', 'goto_table:1'), member()]);
      await load(open(), aclsOf(shut, ['deny-all']), removeAcl('partial'));
      await soon(shut, [...denied, member()]);
    });

    test('sends where a rule says before it goes on, under the cookie of the rule', async () => {
      const output = [{ ports: [web.ofPort] }];
      const tap = setAcl('tap', [
        { rule: { eth_type: 0x806, actions: { allow: 1, output } } },
        { rule: { cookie: 77, actions: { allow: 1 } } },
      ]);
      await load(open(), tap, aclsOf(shut, ['tap']));
      await soon(shut, [
        rule(0, 'arp', `output:${web.ofPort},goto_table:1`),
        { ...rule(1, '', 'goto_table:1'), cookie: 77n },
        member(),
      ]);
      await load(open(), aclsOf(shut, ['deny-all']), removeAcl('tap'));
      await soon(shut, [...denied, member()]);
    });

    test('gives the same flows for an ACL of another name', async () => {
      const renamed = [aclsOf(mail, ['letters']), removeAcl('no-mail')];
      await load(open(), setAcl('letters', noMailRules), ...renamed, aclsOf(shut, ['letters']));
      await soon(shut, [...noMail, member()]);
      await soon(mail, [...noMail, member()]);
      const back = [aclsOf(mail, ['no-mail']), removeAcl('letters')];
      await load(open(), setAcl('no-mail', noMailRules), ...back, aclsOf(shut, ['deny-all']));
      await soon(shut, [...denied, member()]);
      await soon(mail, [...noMail, member()]);
    });

    test('copies what a port sends before it tags it, as long as a mirror asks for it', async () => {
      await load(open(), setInterface('lan', 200, { mirror: [mail.ofPort], outputOnly: true }));
      await soon(mail, [...noMail, member(100, 'output:200,')]);
      await load(open(), removeInterface('lan', 200));
      await soon(mail, [...noMail, member()]);
    });

    test('gives a port that moves to another VLAN flows unless it has heard since it connected that it is down', async () => {
      const { faucet, setLink } = open();
      const move = (nativeVlan: number) =>
        load(
          open(),
          setInterface('lan', web.ofPort, { nativeVlan }),
          setInterface('other', unused.ofPort, { nativeVlan }),
        );
      await faucet.stop();
      await expectSoon(open(), () => isConnected(unused), false);
      await faucet.start();
      await expectSoon(open(), () => isConnected(unused), true);
      expect(await linkStateOf(unused)).toBe('down');
      await soon(unused, [...allowed, member()]);
      await move(7);
      await soon(web, [...allowed, member(7)]);
      await soon(unused, [...allowed, member(7)]);
      for (const state of ['up', 'down'] as const) {
        await setLink(unused.link, state);
        await expectSoon(open(), () => linkStateOf(unused), state);
      }
      await soon(unused, [...allowed, member(7)]);
      await move(100);
      await soon(web, [...allowed, member()]);
      await soon(unused, []);
    });

    test('does not miss flows that somebody else has deleted, until it starts again', async () => {
      const { ovs, faucet } = open();
      await ovs.deleteFlows(web.bridge, web.ofPort);
      await load(open(), aclsOf(shut, ['no-mail']));
      await soon(shut, [...noMail, member()]);
      await soon(web, []);
      await faucet.stop();
      await expectSoon(open(), () => isConnected(web), false);
      await soon(shut, [...noMail, member()]);
      await faucet.start();
      await soon(web, [...allowed, member()]);
      await soon(free, [...allowed, member()]);
      await expectSoon(open(), () => isConnected(web), true);
    });

    test('closes the connection for another setting of a datapath, and then gives all flows again', async () => {
      const { ovs, faucet } = open();
      await ovs.deleteFlows(web.bridge, web.ofPort);
      const before = await faucet.restarts();
      await load(open(), setDp('lan', { other: { timeout: 400 } }));
      await soon(web, [...allowed, member()]);
      await expectSoon(open(), faucet.restarts, { ...before, cold: before.cold + 1 });
      await expectSoon(open(), () => isConnected(web), true);
      await soon(mail, [...noMail, member()]);
    });

    test('goes by the state of a port that says so', async () => {
      const { setLink } = open();
      await load(open(), setInterface('lan', web.ofPort, { opstatusReconf: null }));
      await soon(web, [...allowed, member()]);
      await setLink(web.link, 'down');
      await soon(web, []);
      await setLink(web.link, 'up');
      await soon(web, [...allowed, member()]);
      await setLink(shut.link, 'down');
      await load(open(), setInterface('lan', web.ofPort, { opstatusReconf: false }));
      await soon(web, [...allowed, member()]);
      await soon(shut, [...noMail, member()]);
      await setLink(shut.link, 'up');
    });

    test('keeps all flows when it refuses a text, says why, and takes the one of before again', async () => {
      const { faucet } = open();
      await faucet.edit([aclsOf(shut, ['nowhere'])]);
      await expectSoon(open(), async () => (await faucet.refusal()) !== '', true);
      expect(await faucet.hasLoaded()).toBe(false);
      await soon(shut, [...noMail, member()]);
      await soon(web, [...allowed, member()]);
      await load(open(), aclsOf(shut, ['no-mail']));
      expect(await faucet.refusal()).toBe('');
    });
  });

  test('a daemon that starts puts right what was changed while none ran', async () => {
    await soon(shut, [...denied, member()]);
    await soon(mail, [...noMail, member()]);
    await soon(web, [...allowed, member()]);
  });
}
