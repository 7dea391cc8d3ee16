import { type Host, parseMetrics, sampleValue, until } from '@dovesnap/testkit';
import { networkStatus } from './network-status.ts';

/** Lines of an ACL that lets through all but ping requests. */
export const noPingRules = (acl: string): string => `  ${acl}:
    - rule: {eth_type: 0x800, ip_proto: 1, icmpv4_type: 8, actions: {allow: 0}}
    - rule: {actions: {allow: 1}}
`;

/** Lines of an ACL that lets all through. */
export const allowRules = (acl: string): string => `  ${acl}:
    - rule: {actions: {allow: 1}}
`;

/** As {@link noPingRules}, but the switch does not take the first rule, which says nothing of Ethernet's type. */
export const lackingRules = (acl: string): string =>
  noPingRules(acl).replace('eth_type: 0x800, ', '');

/** As {@link noPingRules}, with a rule in front that Faucet takes and Open vSwitch, without backbone bridging, does not. */
export const unknownRules = (acl: string): string =>
  noPingRules(acl).replace(
    '    - rule',
    '    - rule: {eth_type: 0x88e7, pbb_isid: 5, actions: {allow: 0}}\n    - rule',
  );

/** An operator's faucet.yaml with an ACL of {@link noPingRules} that can be replaced, and one that lets all through. */
export const operatorWith = (acl: string): string => `acls:
  # ${acl}
${noPingRules(acl)}  # end of ${acl}
  other:
    - rule: {actions: {allow: 1}}
dps:
  elsewhere: {dp_id: 0xe15e, hardware: Open vSwitch, interfaces: {1: {native_vlan: 4000}}}
`;

/** Does to faucet.yaml what an operator's editor would. */
export async function changeFile(host: Host, change: (text: string) => string): Promise<void> {
  await host.faucet.writeConfig(change(await host.faucet.readConfig()));
}

/**
 * The file with other lines in place of an ACL, `''` for none. The ACL has a comment line in front of it, `# NAME`, and
 * one behind it, `# end of NAME`.
 */
export function withAcl(acl: string, lines: string): (text: string) => string {
  const [start, end] = [`  # ${acl}\n`, `  # end of ${acl}\n`];
  return (text) => {
    const [from, to] = [text.indexOf(start), text.indexOf(end)];
    if (from < 0 || to < 0) throw new Error(`there is no ${start}`);
    return text.slice(0, from) + start + lines + text.slice(to);
  };
}

/** What is said of an ACL on a network. */
export interface Said {
  readonly acl: string;
  readonly problem: 'missing' | 'refused' | 'dropped' | 'stale';
  readonly sentence: RegExp;
}

/** What is said of an ACL that is not there. */
export const missing = (acl: string): Said => ({
  acl,
  problem: 'missing',
  sentence: RegExp(`^ACL "${acl}" is not in faucet\\.yaml: `),
});

/** What is said of {@link lackingRules}. */
export const dropped = (acl: string): Said => ({
  acl,
  problem: 'dropped',
  sentence: RegExp(
    `^the switch does not take a rule of ACL "${acl}" \\(.* line 4\\): .* needs eth_type`,
  ),
});

/** What is said of {@link unknownRules}. */
export const lacks = (acl: string, where: string): Said => ({
  acl,
  problem: 'dropped',
  sentence: RegExp(`^the switch lacks a rule of ACL "${acl}" on ${where}`),
});

/** What is said of an ACL whose change Faucet has not put in force. */
export const stale = (acl: string): Said => ({
  acl,
  problem: 'stale',
  sentence: RegExp(`^the last rules of ACL "${acl}" still hold on`),
});

/** Resolves when status, metric and log say this of an ACL; the log since that many lines. */
export async function untilSaid(
  host: Host,
  network: string,
  { acl, problem, sentence }: Said,
  since: number,
): Promise<void> {
  await host.daemon.waitForLog(
    (line) =>
      line.network === network &&
      line.acl === acl &&
      line.problem === problem &&
      sentence.test(`${line.msg}`),
    { since },
  );
  await until(async () => (await problemMetric(host, network, acl, problem)) === 1, {
    what: `metric of ${problem} ACL ${acl}`,
    interval: 20,
  });
  const status = await networkStatus(host, network);
  if (status?.AclProblems[acl] !== problem) throw new Error(JSON.stringify(status));
  if (!status.Notes.some((note) => sentence.test(note))) throw new Error(status.Notes.join('\n'));
}

/** Resolves when nothing is said of an ACL on a network any more. */
export async function untilInOrder(
  host: Host,
  network: string,
  acl: string,
  since: number,
): Promise<void> {
  await host.daemon.waitForLog(
    (line) => line.network === network && `${line.msg}` === `ACL "${acl}" is valid again`,
    { since },
  );
  const { body } = await host.http('http://127.0.0.1:9401/metrics');
  if (body.includes(`acl="${acl}",problem=`)) throw new Error('the metric is still there');
  const status = await networkStatus(host, network);
  const left = status?.Notes.filter((note) => note.includes(`ACL "${acl}"`)) ?? [];
  if (status?.AclProblems[acl] !== undefined || left.length > 0) {
    throw new Error(JSON.stringify([status?.AclProblems, status?.Notes]));
  }
}

async function problemMetric(
  host: Host,
  network: string,
  acl: string,
  problem: string,
): Promise<number | undefined> {
  const { body } = await host.http('http://127.0.0.1:9401/metrics');
  return sampleValue(parseMetrics(body), 'dovesnap_acl_problem', { network, acl, problem });
}
