import { createHash } from 'node:crypto';
import { type Host, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  allowRules,
  changeFile,
  dropped,
  lackingRules,
  lacks,
  missing,
  noPingRules,
  operatorWith,
  type Said,
  unknownRules,
  untilInOrder,
  untilSaid,
  withAcl,
} from './acl-changes.ts';
import { type SteadyPing, statusEndpoints, steadyPing } from './fleet.ts';
import { addressOf, createNetwork, openLab, reaches, startContainer } from './lab.ts';
import { untilState } from './network-status.ts';

const guarded = noPingRules('guarded');

let host: Host;
let peer: string;
let box: string;
/** From the guarded container, which must never get a reply. */
let forbidden: SteadyPing;
let since: number;

beforeAll(async () => {
  host = await openLab('acl', { faucetConfig: operatorWith('guarded') });
  await createNetwork(host, 'lan');
  await startContainer(host, 'peer', 'lan');
  await startContainer(host, 'box', 'lan', ['--label', 'dovesnap.faucet.portacl=guarded']);
  peer = await addressOf(host, 'peer', 'lan');
  box = await addressOf(host, 'box', 'lan');
  await until(() => reaches(host, 'peer', box), { what: 'the guarded container' });
  forbidden = await steadyPing(host, 'box', peer);
});

afterAll(async () => {
  await host?.close();
});

beforeEach(async () => {
  await setAcl(guarded);
  await untilState(host, 'lan', 'box', 'open');
  await untilRules(2);
  since = host.daemon.logs.entries.length;
});

const setAcl = (lines: string) => changeFile(host, withAcl('guarded', lines));

async function whileAclIs(lines: string, act: () => Promise<void>): Promise<void> {
  await setAcl(lines);
  await act();
  await setAcl(guarded);
}

/** The port is open and its policy holds. */
async function expectAsItWas(): Promise<void> {
  expect(await reaches(host, 'peer', box)).toBe(true);
  expect(await forbidden.replies()).toEqual([]);
}

async function expectClosed(): Promise<void> {
  expect(await reaches(host, 'peer', box)).toBe(false);
  expect(await forbidden.replies()).toEqual([]);
}

const isOpenAgain = () => until(() => reaches(host, 'peer', box), { what: 'the port open again' });

describe('an ACL in use that the operator removes from faucet.yaml', () => {
  test('is said to be missing, and holds as it was: Faucet refuses the file', async () => {
    await whileAclIs('', async () => {
      await untilSaid(host, 'lan', missing('guarded'), since);
      await expectAsItWas();
      since = host.daemon.logs.entries.length;
    });
    await untilInOrder(host, 'lan', 'guarded', since);
    await isOpenAgain();
    await expectAsItWas();
  });

  test('holds when Faucet is started anew with that file, and when the daemon is', async () => {
    await setAcl('');
    await untilSaid(host, 'lan', missing('guarded'), since);
    await host.faucet.restart();
    await expectAsItWas();
    await host.daemon.kill();
    since = host.daemon.logs.entries.length;
    await host.daemon.start();
    await untilSaid(host, 'lan', missing('guarded'), since);
    await expectAsItWas();
    await setAcl(guarded);
    await untilInOrder(host, 'lan', 'guarded', since);
    await isOpenAgain();
    await expectAsItWas();
  });

  test('is found out when it was removed while the daemon and Faucet were away', async () => {
    await host.daemon.kill();
    await host.faucet.stop();
    await setAcl('');
    await host.faucet.start();
    await host.daemon.start();
    await untilSaid(host, 'lan', missing('guarded'), since);
    await expectAsItWas();
    await setAcl(guarded);
    await untilInOrder(host, 'lan', 'guarded', since);
    await isOpenAgain();
    await expectAsItWas();
  });

  test('closes the port when it is removed with its uses, until it is back', async () => {
    await changeFile(host, (text) =>
      withAcl('guarded', '')(text).replace('acls_in: ["guarded"]', 'acls_in: ["other"]'),
    );
    await untilSaid(host, 'lan', missing('guarded'), since);
    const shown = await untilState(host, 'lan', 'box', 'refused');
    expect(shown.Reason).toMatch(/names ACL "guarded", which is not in/);
    await expectClosed();
    await setAcl(guarded);
    await untilState(host, 'lan', 'box', 'open');
    await untilInOrder(host, 'lan', 'guarded', since);
    await isOpenAgain();
    await expectAsItWas();
  });
});

describe('an ACL in use that the operator breaks', () => {
  test('is said to be refused, and holds as it was', async () => {
    const broken = guarded.replace('icmpv4_type: 8', 'icmpv4_type: eight');
    const refused: Said = {
      acl: 'guarded',
      problem: 'refused',
      sentence: /^Faucet refuses ACL "guarded": .*eight.* line 4\)/,
    };
    await whileAclIs(broken, async () => {
      await untilSaid(host, 'lan', refused, since);
      await host.faucet.restart();
      await expectAsItWas();
    });
    await untilInOrder(host, 'lan', 'guarded', since);
    await isOpenAgain();
    await expectAsItWas();
  });

  test('closes the port when the switch does not take a rule, until it does', async () => {
    await whileAclIs(lackingRules('guarded'), async () => {
      await untilSaid(host, 'lan', dropped('guarded'), since);
      const shown = await untilState(host, 'lan', 'box', 'refused');
      expect(shown.Reason).toMatch(/of which the switch does not take a rule/);
      await untilLoaded();
      await expectClosed();
    });
    await untilState(host, 'lan', 'box', 'open');
    await untilInOrder(host, 'lan', 'guarded', since);
    await isOpenAgain();
    await expectAsItWas();
  });

  test('closes the port when the switch lacks a rule, whatever the reason', async () => {
    await whileAclIs(unknownRules('guarded'), async () => {
      await untilSaid(host, 'lan', lacks('guarded', 'port \\d+'), since);
      await untilState(host, 'lan', 'box', 'pending');
      await expectClosed();
    });
    await untilState(host, 'lan', 'box', 'open');
    await untilInOrder(host, 'lan', 'guarded', since);
    await isOpenAgain();
    await expectAsItWas();
  });

  test('closes the port when the daemon starts and finds it so', async () => {
    await host.daemon.kill();
    await setAcl(lackingRules('guarded'));
    await host.daemon.start();
    await untilState(host, 'lan', 'box', 'refused');
    await setAcl(guarded);
    await untilState(host, 'lan', 'box', 'open');
  });
});

describe('an ACL in use that the operator changes to another that holds', () => {
  test.each([
    ['fewer', allowRules('guarded')],
    [
      'more',
      guarded.replace(
        '    - rule',
        `    - rule: {eth_type: 0x86dd, actions: {allow: 0}}\n    - rule`,
      ),
    ],
  ])('leaves the port open, with %s rules in force', async (_, changed) => {
    await whileAclIs(changed, async () => {
      await untilRules(changed.split('rule').length - 1);
      expect(await reaches(host, 'peer', box)).toBe(true);
      // What never got a reply was there all the time.
      if (!changed.includes('icmpv4_type')) await forbidden.more(1);
    });
    await untilRules(2);
    const lines = host.daemon.logs.entries.slice(since);
    expect(lines.filter(({ msg }) => `${msg}`.includes('closed'))).toEqual([]);
  });
});

describe('the ACL of ours that lets all through', () => {
  test('is put back when the operator removes it', async () => {
    const own = / {2}"dovesnap-allow-all":\n(?: {4,}.*\n)+/;
    await changeFile(host, (text) => text.replace(own, ''));
    await host.daemon.waitForLog(
      ({ msg }) => `${msg}`.includes('ACL dovesnap-allow-all is not there; it is put right'),
      { since },
    );
    await until(async () => own.test(await host.faucet.readConfig()), { what: 'the ACL' });
    await untilInOrder(host, 'lan', 'dovesnap-allow-all', since);
    await isOpenAgain();
  });
});

/** Resolves when Faucet has given the port of the guarded container that many rules. */
async function untilRules(count: number): Promise<void> {
  const [{ ofPort } = { ofPort: 0 }] = (await statusEndpoints(host, 'lan')).filter(
    ({ container }) => container === 'box',
  );
  const bridge = (await host.ovs.vsctl('list-br')).trim();
  await until(
    async () => {
      const printed = await host.ovs.ofctl('dump-flows', bridge, `table=0,in_port=${ofPort}`);
      const found = printed.split('\n').filter((line) => line.includes('in_port='));
      if (found.length !== count) throw new Error(printed);
      return true;
    },
    { what: `${count} rules of port ${ofPort}`, interval: 50 },
  );
}

/** Resolves when Faucet has loaded the file as it is. */
async function untilLoaded(): Promise<void> {
  const hash = createHash('sha256')
    .update(await host.faucet.readConfig())
    .digest('hex');
  await until(
    async () =>
      (await host.faucet.metrics('faucet_config_hash_info')).some(
        ({ labels }) => labels.hashes === hash,
      ),
    { what: 'Faucet with the file', interval: 50 },
  );
}
