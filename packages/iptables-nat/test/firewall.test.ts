import { CommandError, type Run } from '@dovesnap/command';
import { expect, test } from 'vitest';
import { openFirewall } from '../src/index.ts';

type Answer = string | CommandError['code'] | { readonly stderr: string };

/** Answers programs by their name and arguments; what is not listed is not installed. */
function machine(answers: Readonly<Record<string, Answer>>): { run: Run; calls: string[] } {
  const calls: string[] = [];
  const run: Run = async (file, args) => {
    const argv = [file, ...args];
    calls.push(argv.join(' '));
    const answer = answers[argv.join(' ')] ?? 'NOT_FOUND';
    if (typeof answer === 'object') {
      throw new CommandError('EXIT', answer.stderr, { argv, exitCode: 1, ...answer });
    }
    if (answer === 'NOT_FOUND' || answer === 'TIMEOUT' || answer === 'ABORTED') {
      throw new CommandError(answer, `${file}: ${answer}`, { argv });
    }
    return { stdout: answer, stderr: '' };
  };
  return { run, calls };
}

const docker =
  '*filter\n:FORWARD DROP [0:0]\n:DOCKER-USER - [0:0]\n-A FORWARD -j DOCKER-USER\nCOMMIT\n';
const leftover = '*filter\n:FORWARD ACCEPT [0:0]\n:DOCKER-USER - [0:0]\nCOMMIT\n';
const modern = {
  'iptables --version': 'iptables v1.8.9 (nf_tables)\n',
  'iptables-nft-save': '',
  'iptables-legacy-save': '',
  'iptables-nft-save -t filter': '',
  'ip6tables-nft-save -t filter': '',
  'iptables-legacy-save -t filter': '',
  'ip6tables-legacy-save -t filter': '',
};

test.each([
  ['what iptables stands for when there is no Docker', {}, 'nft'],
  ['legacy where Docker is there', { 'iptables-legacy-save': docker }, 'legacy'],
  [
    'nft where Docker left only chains in legacy',
    { 'iptables-legacy-save': leftover, 'iptables-nft-save': docker },
    'nft',
  ],
  [
    'legacy where Docker left only chains in nft',
    { 'iptables-legacy-save': docker, 'iptables-nft-save': leftover },
    'legacy',
  ],
  ['legacy by default', { 'iptables --version': 'iptables v1.8.9 (legacy)' }, 'legacy'],
])('chooses %s', async (_, change, backend) => {
  const { run } = machine({ ...modern, ...change });
  const firewall = await openFirewall({ run });
  expect(firewall.backend).toBe(backend);
  expect(firewall.families).toEqual(['ipv4', 'ipv6']);
});

test('goes without IPv6 where ip6tables cannot be used', async () => {
  const stderr = "ip6tables v1.8.9 (legacy): can't initialize ip6tables table `filter'";
  const { run } = machine({ ...modern, 'ip6tables-nft-save -t filter': { stderr } });
  expect((await openFirewall({ run })).families).toEqual(['ipv4']);
});

test('works with an iptables that has one backend and one name', async () => {
  const { run } = machine({
    'iptables --version': 'iptables v1.6.1',
    'iptables-save -t filter': '',
    'iptables-save': docker,
  });
  const firewall = await openFirewall({ run });
  expect(firewall).toMatchObject({ backend: 'legacy', families: ['ipv4'] });
  expect((await firewall.read('LAB')).families[0]?.hooks.map(({ chain }) => chain)).toEqual([
    'FORWARD',
    'DOCKER-USER',
  ]);
});

test.each([
  [{}, 'NOT_INSTALLED'],
  [{ 'iptables --version': 'TIMEOUT' }, 'TIMEOUT'],
  [{ 'iptables --version': 'ABORTED' }, 'ABORTED'],
  [
    {
      ...modern,
      'iptables-nft-save -t filter': { stderr: 'Permission denied (you must be root)' },
    },
    'NO_PERMISSION',
  ],
] as const)('does not open: %j', async (answers, code) => {
  await expect(openFirewall({ run: machine(answers).run })).rejects.toMatchObject({
    name: 'NatError',
    code,
  });
});

test.each([
  [
    'iptables-nft-restore: line 2 failed: Bad rule (does a matching rule exist in that chain?).',
    'CHANGED',
    '-D FORWARD -j LAB-FWD',
  ],
  ['iptables-restore: line 2 failed', 'CHANGED', '-D FORWARD -j LAB-FWD'],
  [
    "iptables-restore v1.8.9 (legacy): Couldn't load target `X':No such file or directory\n\nError occurred at line: 2",
    'RESTORE_FAILED',
    '-A LAB-FWD -j X',
  ],
  [
    'iptables-restore v1.8.9 (legacy): Permission denied (you must be root)',
    'NO_PERMISSION',
    undefined,
  ],
])('tells a race from a refusal: %j', async (stderr, code, line) => {
  const restore = 'iptables-nft-restore --noflush --wait';
  const { run } = machine({ ...modern, [restore]: { stderr } });
  const firewall = await openFirewall({ run, backend: 'nft' });
  const lines = ['*filter', line ?? '-A LAB-FWD -j ACCEPT', 'COMMIT'];
  await expect(firewall.apply({ families: [{ family: 'ipv4', lines }] })).rejects.toMatchObject({
    code,
    line,
  });
});

test('applies an empty plan without running anything', async () => {
  const { run, calls } = machine(modern);
  const firewall = await openFirewall({ run, backend: 'nft' });
  const before = calls.length;
  await firewall.apply({ families: [] });
  expect(calls).toHaveLength(before);
});
