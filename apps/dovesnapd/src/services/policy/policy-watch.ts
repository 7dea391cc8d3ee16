import type { AclModel, FaucetModel, FaucetStatus } from '@dovesnap/faucet-config';
import { OvsError } from '@dovesnap/ovs';
import type { AclTrouble } from '../../domain/acl-trouble.ts';
import { type AttachedNetwork, networkOn, type Port } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { localOfPort } from '../../domain/names.ts';
import { quoted } from '../../domain/words.ts';
import { gatewayDrift } from '../../plan/faucet/faucet-drift.ts';
import { gatewayAcls } from '../../plan/faucet/gateway-interface.ts';
import { vlanOutAcls, vlanOutDrift } from '../../plan/faucet/vlan-out.ts';
import { hasAllRules, inPortOf, policyRules } from '../../plan/flows/policy-rules.ts';
import { portsForFaucet } from '../../plan/interfaces/other-port-edits.ts';
import { placeOf } from '../../plan/policy/acl-problems.ts';
import { type AclFacts, droppedAmong, findAclTroubles } from '../../plan/policy/acl-troubles.ts';
import { portsToBlock } from '../../plan/policy/blocked-ports.ts';
import { rulesText } from '../../plan/policy/isolation.ts';
import type { Attachments } from '../endpoints/attachments.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import type { Flows } from '../flows/flows.ts';
import type { PortBlocks } from '../flows/port-blocks.ts';
import type { RuleWatch } from '../flows/rule-watch.ts';
import type { Parts } from '../parts.ts';
import type { Registry } from '../registry.ts';

/** Between two tries to block ports in a switch that does not answer, milliseconds: sooner than Faucet finds it. */
const againMs = 100;

/** Looks after the operator's ACLs that are in use. */
export interface PolicyWatch {
  /**
   * Says, in the background, what is wrong with the ACLs that a network is under, and what is mended. Where the switch
   * lacks a rule everything under the ACL is closed until it has it; what Faucet refuses changes nothing, and stays open.
   */
  look(network: AttachedNetwork): void;
}

/** What {@link policyWatch} works with. */
export interface PolicyWatchServices {
  readonly desk: FaucetDesk;
  readonly flows: Flows;
  readonly rules: RuleWatch;
  readonly blocks: PortBlocks;
  readonly attachments: Attachments;
  readonly registry: Pick<Registry, 'all'>;
}

/** Makes {@link PolicyWatch}. Looks that come while one waits for its turn are one. */
export function policyWatch(parts: Parts, services: PolicyWatchServices): PolicyWatch {
  const { desk, rules, blocks, attachments } = services;
  const waiting = new WeakSet<AttachedNetwork>();
  const facts = aclFacts(parts, services);
  const mayOpen = openness(services);
  const hasBegun = beginnings(parts);
  const act = async (network: AttachedNetwork): Promise<void> => {
    const model = desk.latest ?? (await desk.model().catch(() => undefined));
    sayFile(parts, network, desk.latest !== undefined);
    if (network.life.signal.aborted || network.name === undefined || model === undefined) return;
    rules.look(network);
    const troubles = findAclTroubles(network, facts(network, model));
    sayTroubles(parts, network, troubles);
    network.aclTroubles = troubles;
    closeContainers(parts, attachments, network);
    if (parts.ovs.live) {
      const wanted = portsToBlock(network, model, troubles, hasBegun(network, model));
      await blocks.apply(network, wanted, (name) => mayOpen(network, name, model));
    }
  };
  const look = (network: AttachedNetwork): void => {
    if (network.life.signal.aborted || waiting.has(network)) return;
    waiting.add(network);
    parts.serial
      .run(`policy:${network.spec.id}`, async () => {
        waiting.delete(network);
        await act(network);
      })
      .catch(async (err: unknown) => {
        if (network.life.signal.aborted) return;
        if (!isAway(err)) {
          parts.log.error({ network: network.name, err }, 'ACLs in use could not be looked at');
          return;
        }
        parts.log.debug({ network: network.name, err }, 'ports could not be blocked yet');
        await parts.clock.sleep(againMs, AbortSignal.any([network.life.signal, parts.signal]));
        if (!parts.signal.aborted) look(network);
      });
  };
  rules.onChange(look);
  // A switch that was started anew has forgotten what is blocked.
  services.flows.onKnown((bridge) => {
    const network = networkOn(services.registry.all(), bridge);
    if (network !== undefined) look(network);
  });
  return { look };
}

function isAway(error: unknown): boolean {
  return error instanceof OvsError || (error instanceof DovesnapError && error.code === 'OVS_AWAY');
}

/** What is known of a network's ACLs now. */
function aclFacts(
  parts: Pick<Parts, 'faucet'>,
  { desk, rules }: Pick<PolicyWatchServices, 'desk' | 'rules'>,
): (network: AttachedNetwork, model: FaucetModel) => AclFacts {
  /** What Faucet last took. */
  let taken: FaucetModel | undefined;
  const isChanged = ({ name, rules: now }: AclModel): boolean =>
    rulesText(taken?.acls.get(name)?.rules ?? []) !== rulesText(now);
  return (network, model) => {
    const { file, reachable, loaded, loadError: reason } = parts.faucet.status();
    if (loaded) taken = model;
    const isRefused = file === 'ok' && reachable && !loaded && reason !== undefined;
    const changed = isRefused ? [...model.acls.values()].filter(isChanged) : [];
    return {
      model,
      problems: desk.problems,
      refused: isRefused ? { acls: new Set(changed.map(({ name }) => name)), reason } : undefined,
      lacking: rules.lacking(network),
    };
  };
}

/**
 * Makes the function that tells whether somebody can have changed what is written of a network as a whole: it has been
 * right before. Of one that was there before this daemon it is taken to have been.
 */
function beginnings({ clock }: Pick<Parts, 'clock'>) {
  const startedAt = clock.now();
  const begun = new WeakSet<AttachedNetwork>();
  return (network: AttachedNetwork, model: FaucetModel): boolean => {
    const isRight = (gatewayDrift(network, model) ?? vlanOutDrift(network, model)) === undefined;
    if (isRight || network.createdAt < startedAt) begun.add(network);
    return begun.has(network);
  };
}

/** Makes the function that tells of a blocked port whether what is to hold for it is in the switch. */
function openness({ desk, flows }: Pick<PolicyWatchServices, 'desk' | 'flows'>) {
  return (network: AttachedNetwork, name: string, model: FaucetModel): boolean => {
    const other = portsForFaucet(network, network.others.seen, model).find(
      (port) => port.name === name,
    );
    const isGateway = name === network.spec.bridge;
    // It is kept out otherwise, or there is nothing of ours about it.
    if (other === undefined && !isGateway) return true;
    const ofPort = other?.ofPort ?? localOfPort;
    const acls = other?.acls ?? gatewayAcls(network, model);
    const tracker = flows.follow(network);
    const expected = policyRules(network, { acls, isContainers: false }, model);
    return (
      desk.inForce &&
      tracker.live &&
      expected !== undefined &&
      hasAllRules(expected, tracker.flowsOf(inPortOf(ofPort)))
    );
  };
}

/** Closes the ports of containers that are open under an ACL of which the switch lacks a rule. */
function closeContainers(parts: Parts, attachments: Attachments, network: AttachedNetwork): void {
  const why = ({ acls }: Port): AclTrouble | undefined =>
    droppedAmong([...acls, ...(vlanOutAcls(network) ?? [])], network.aclTroubles);
  const close = async (port: Port): Promise<void> => {
    const { endpoint } = port;
    if (endpoint === undefined) return;
    await parts.serial.run(`endpoint:${endpoint.id}`, async () => {
      const trouble = why(port);
      if (port.endpoint !== endpoint || endpoint.phase !== 'open' || trouble === undefined) return;
      await attachments.suspend(network, port, trouble.sentence);
    });
  };
  const concerned = [...network.ports.values()].filter(
    (port) => port.endpoint?.phase === 'open' && why(port) !== undefined,
  );
  if (concerned.length === 0) return;
  Promise.all(concerned.map(close))
    .then(() => attachments.resume(network))
    .catch((err: unknown) =>
      parts.log.error({ network: network.name, err }, 'a port could not be closed'),
    );
}

/** Tells log and status what is wrong with ACLs, once a change, and what is mended. */
function sayTroubles(
  parts: Pick<Parts, 'log'>,
  network: AttachedNetwork,
  troubles: readonly AclTrouble[],
): void {
  const now = new Set(troubles.map(({ acl }) => acl));
  for (const { acl } of network.aclTroubles) {
    if (now.has(acl)) continue;
    network.notes.delete(`acl ${acl}`);
    parts.log.info({ network: network.name, acl }, `ACL ${quoted(acl)} is in order again`);
  }
  for (const { acl, problem, sentence } of troubles) {
    if (network.notes.get(`acl ${acl}`) === sentence) continue;
    network.notes.set(`acl ${acl}`, sentence);
    parts.log.warn({ network: network.name, acl, problem }, sentence);
  }
}

/** Tells of a file that Faucet would not take as a whole: it goes on with what it has. */
function sayFile(
  parts: Pick<Parts, 'log' | 'faucet'>,
  network: AttachedNetwork,
  wasThere: boolean,
): void {
  const why = whatIsWrong(parts.faucet.status(), wasThere);
  const before = network.notes.get('faucet file');
  if (why === undefined) {
    network.notes.delete('faucet file');
    return;
  }
  const sentence = `Faucet goes on with what it has, and does not take faucet.yaml as it is now: ${why}`;
  network.notes.set('faucet file', sentence);
  if (sentence !== before) parts.log.warn({ network: network.name }, sentence);
}

function whatIsWrong(status: FaucetStatus, wasThere: boolean): string | undefined {
  const [first] = status.problems;
  if (status.file === 'ok') return undefined;
  if (status.file === 'missing') return wasThere ? 'it is not there' : undefined;
  return first === undefined ? status.reason : `${first.message} (${placeOf(first)})`;
}
