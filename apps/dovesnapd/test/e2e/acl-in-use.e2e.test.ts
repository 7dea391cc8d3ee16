import { createHash } from 'node:crypto';
import { until } from '@dovesnap/testkit';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aclBed } from './acl-bed.ts';
import {
  allowRules,
  changeFile,
  dropped,
  lackingRules,
  lacks,
  missing,
  noPingRules,
  type Said,
  unknownRules,
  withAcl,
} from './acl-changes.ts';
import { type SteadyPing, statusEndpoints, steadyPing } from './fleet.ts';
import { addressOf, createNetwork, startContainer } from './lab.ts';
import { untilState } from './network-status.ts';
import { reaches } from './reaches.ts';
import { renewFlows } from './switch-flows.ts';

const guarded = noPingRules('guarded');

const bed = aclBed('acl', { acl: 'guarded', network: 'lan' });

let peer: string;
let box: string;
/** From the guarded container, which must never get a reply. */
let forbidden: SteadyPing;

beforeAll(async () => {
  await createNetwork(bed.host, 'lan');
  await startContainer(bed.host, 'peer', 'lan');
  await startContainer(bed.host, 'box', 'lan', ['--label', 'dovesnap.faucet.portacl=guarded']);
  peer = await addressOf(bed.host, 'peer', 'lan');
  box = await addressOf(bed.host, 'box', 'lan');
  await until(() => reaches(bed.host, 'peer', box), { what: 'the guarded container' });
  forbidden = await steadyPing(bed.host, 'box', peer);
});

beforeEach(async () => {
  await untilState(bed.host, 'lan', 'box', 'open');
  await untilRules(2);
  bed.mark();
});

async function whileAclIs(lines: string, act: () => Promise<void>): Promise<void> {
  await bed.set(lines);
  await act();
  await bed.putBack();
}

/** The port is open and its policy holds. */
async function expectAsItWas(): Promise<void> {
  expect(await reaches(bed.host, 'peer', box)).toBe(true);
  expect(await forbidden.replies()).toEqual([]);
}

async function expectMended(): Promise<void> {
  await bed.untilInOrder();
  await isOpenAgain();
  await expectAsItWas();
}

async function expectClosed(): Promise<void> {
  expect(await reaches(bed.host, 'peer', box)).toBe(false);
  expect(await forbidden.replies()).toEqual([]);
}

const isOpenAgain = () =>
  until(() => reaches(bed.host, 'peer', box), { what: 'the port open again' });

describe('an ACL in use that the operator removes from faucet.yaml', () => {
  test('is said to be missing, and holds as it was: Faucet refuses the file', async () => {
    await whileAclIs('', async () => {
      await bed.untilSaid(missing('guarded'));
      await expectAsItWas();
      bed.mark();
    });
    await expectMended();
  });

  test('holds when Faucet is restarted with that file, and when the daemon is', async () => {
    await bed.set('');
    await bed.untilSaid(missing('guarded'));
    await bed.host.faucet.restart();
    await expectAsItWas();
    await bed.host.daemon.kill();
    bed.mark();
    await bed.host.daemon.start();
    await bed.untilSaid(missing('guarded'));
    await expectAsItWas();
    // Faucet has begun with a file that it refuses, and so begins with this one now.
    await renewFlows(bed.host, 'lan', () => bed.putBack());
    await expectMended();
  });

  test('is found out when it was removed while the daemon and Faucet were away', async () => {
    await bed.host.daemon.kill();
    await bed.host.faucet.stop();
    await bed.set('');
    await bed.host.faucet.start();
    await bed.host.daemon.start();
    await bed.untilSaid(missing('guarded'));
    await expectAsItWas();
    await renewFlows(bed.host, 'lan', () => bed.putBack());
    await expectMended();
  });

  test('closes the port when it is removed with its uses, until it is back', async () => {
    await changeFile(bed.host, (text) =>
      withAcl('guarded', '')(text).replace('acls_in: ["guarded"]', 'acls_in: ["other"]'),
    );
    await bed.untilSaid(missing('guarded'));
    const shown = await untilState(bed.host, 'lan', 'box', 'refused');
    expect(shown.Reason).toMatch(/names ACL "guarded", which is not in/);
    await expectClosed();
    await bed.putBack();
    await untilState(bed.host, 'lan', 'box', 'open');
    await expectMended();
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
    await bed.set(broken);
    await bed.untilSaid(refused);
    await bed.host.faucet.restart();
    await expectAsItWas();
    await renewFlows(bed.host, 'lan', () => bed.putBack());
    await expectMended();
  });

  test('closes the port when the switch does not take a rule, until it does', async () => {
    await whileAclIs(lackingRules('guarded'), async () => {
      await bed.untilSaid(dropped('guarded'));
      const shown = await untilState(bed.host, 'lan', 'box', 'refused');
      expect(shown.Reason).toMatch(/of which the switch does not take a rule/);
      await untilLoaded();
      await expectClosed();
    });
    await untilState(bed.host, 'lan', 'box', 'open');
    await expectMended();
  });

  test('closes the port when the switch lacks a rule, whatever the reason', async () => {
    await whileAclIs(unknownRules('guarded'), async () => {
      await bed.untilSaid(lacks('guarded', 'port \\d+'));
      await untilState(bed.host, 'lan', 'box', 'pending');
      await expectClosed();
    });
    await untilState(bed.host, 'lan', 'box', 'open');
    await expectMended();
  });

  test('closes the port when the daemon starts and finds it so', async () => {
    await bed.host.daemon.kill();
    await bed.set(lackingRules('guarded'));
    await bed.host.daemon.start();
    await untilState(bed.host, 'lan', 'box', 'refused');
    await bed.putBack();
    await untilState(bed.host, 'lan', 'box', 'open');
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
      await isOpenAgain();
      // What never got a reply was there all the time.
      if (!changed.includes('icmpv4_type')) await forbidden.more(1);
    });
    await untilRules(2);
    const lines = bed.host.daemon.logs.entries.slice(bed.since);
    expect(lines.filter(({ msg }) => `${msg}`.includes('closed'))).toEqual([]);
  });
});

describe('the ACL of ours that lets all through', () => {
  test('is put back when the operator removes it', async () => {
    const own = / {2}"dovesnap-allow-all":\n(?: {4,}.*\n)+/;
    await changeFile(bed.host, (text) => text.replace(own, ''));
    await bed.host.daemon.waitForLog(
      ({ msg }) => `${msg}`.includes('ACL dovesnap-allow-all is not there; it is put right'),
      { since: bed.since },
    );
    await until(async () => own.test(await bed.host.faucet.readConfig()), { what: 'the ACL' });
    await bed.untilInOrder('dovesnap-allow-all');
    await isOpenAgain();
  });
});

/** Resolves when Faucet has given the port of the guarded container that many rules. */
async function untilRules(count: number): Promise<void> {
  const [{ ofPort } = { ofPort: 0 }] = (await statusEndpoints(bed.host, 'lan')).filter(
    ({ container }) => container === 'box',
  );
  const bridge = (await bed.host.ovs.vsctl('list-br')).trim();
  await until(
    async () => {
      const printed = await bed.host.ovs.ofctl('dump-flows', bridge, `table=0,in_port=${ofPort}`);
      const found = printed.split('\n').filter((line) => line.includes('in_port='));
      if (found.length !== count) throw new Error(printed);
      return true;
    },
    { what: `${count} rules of port ${ofPort}`, interval: 50 },
  );
}

/** Resolves when Faucet has loaded the file as it is. */
async function untilLoaded(): Promise<void> {
  const isLoaded = async (): Promise<boolean> => {
    const text = await bed.host.faucet.readConfig();
    const hash = createHash('sha256').update(text).digest('hex');
    const loaded = await bed.host.faucet.metrics('faucet_config_hash_info');
    return loaded.some(({ labels }) => labels.hashes === hash);
  };
  await until(isLoaded, { what: 'Faucet with the file', interval: 50 });
}
