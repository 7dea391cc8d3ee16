import type { AclModel, FaucetModel, FaucetStatus } from '@dovesnap/faucet-config';
import { OvsError } from '@dovesnap/ovs';
import type { AclTrouble } from '../../domain/acl-trouble.ts';
import {
  type AttachedNetwork,
  isOpenTo,
  networkOn,
  type Port,
} from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { localOfPort } from '../../domain/names.ts';
import { observeAclTroubles } from '../../domain/network-observation.ts';
import { noTreatments } from '../../domain/treatments.ts';
import { quoted } from '../../domain/words.ts';
import { gatewayAcls } from '../../plan/faucet/gateway-interface.ts';
import { vlanOutAcls } from '../../plan/faucet/vlan-out-acls.ts';
import { entersVlan } from '../../plan/flows/flows-match.ts';
import { hasAllRules, inPortOf, policyRules } from '../../plan/flows/policy-rules.ts';
import { portsForFaucet } from '../../plan/interfaces/other-port-edits.ts';
import { placeOf } from '../../plan/policy/acl-problems.ts';
import { rulesText } from '../../plan/policy/allow-all.ts';
import { type AclFacts, droppedAmong, findAclTroubles } from '../../plan/upkeep/acl-troubles.ts';
import { portsToBlock } from '../../plan/upkeep/blocked-ports.ts';
import { replaceNote, replaceNotes } from '../core/notes.ts';
import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';
import { type Keeper, keeper } from '../core/upkeep.ts';
import type { Attachments } from '../endpoints/attachments.ts';
import { beginnings } from '../faucet/beginnings.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import { sayVlanSettings } from '../faucet/say-vlan-settings.ts';
import type { Flows } from '../flows/flows.ts';
import type { PortBlocks } from '../flows/port-blocks.ts';
import type { RuleWatch } from '../flows/rule-watch.ts';

/** Between two tries to block ports in a switch that does not answer, milliseconds: sooner than Faucet finds it. */
const againMs = 100;

/**
 * Says what is wrong with the operator's ACLs that a network is under, and what is mended. Where the switch lacks a rule
 * everything under the ACL is closed until it has it; what Faucet refuses changes nothing, and stays open.
 */
export type PolicyWatch = Keeper<AttachedNetwork>;

/** What {@link policyWatch} works with. */
export interface PolicyWatchServices {
  readonly desk: FaucetDesk;
  readonly flows: Flows;
  readonly rules: RuleWatch;
  readonly blocks: PortBlocks;
  readonly attachments: Attachments;
  readonly registry: Pick<Registry, 'all'>;
}

/** Makes {@link PolicyWatch}. */
export function policyWatch(parts: Parts, services: PolicyWatchServices): PolicyWatch {
  const { desk, rules, blocks, attachments } = services;
  const facts = aclFacts(parts, services);
  const mayOpen = openness(services);
  const hasBegun = beginnings(parts);
  const act = async (network: AttachedNetwork): Promise<void> => {
    const model = desk.latest ?? (await desk.model().catch(() => undefined));
    sayFile(parts, network, desk.latest !== undefined);
    sayVlanSettings(parts, network, model);
    if (network.life.signal.aborted || network.record.name === undefined || model === undefined)
      return;
    rules.look(network);
    const troubles = findAclTroubles(network, facts(network, model));
    sayTroubles(parts, network, troubles);
    observeAclTroubles(network.observation, troubles);
    closeContainers(parts, attachments, network);
    if (parts.ovs.live) {
      const wanted = portsToBlock(network, model, troubles, hasBegun(network, model));
      await blocks.apply(network, wanted, (name) => mayOpen(network, name, model));
    }
  };
  const keep = keeper<AttachedNetwork>(parts, {
    what: 'check the ACLs in use',
    act: async (network) => {
      try {
        await act(network);
      } catch (err) {
        if (!isAway(err)) throw err;
        parts.log.debug({ network: network.record.name, err }, 'ports could not be blocked yet');
        await parts.clock.sleep(againMs, network.life.signal);
        keep.look(network);
      }
    },
  });
  rules.onChange(keep.look);
  // A switch that was restarted has forgotten what is blocked.
  services.flows.onKnown((bridge) => {
    const network = networkOn(services.registry.all(), bridge);
    if (network !== undefined) keep.look(network);
  });
  return keep;
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
    const { file, reachable, loaded, loadError: reason, unsettled } = parts.faucet.status();
    if (loaded) taken = model;
    // What we have added ourselves, and what nobody knows to have changed, is no fault of an ACL's.
    const mayBlame = !unsettled && taken !== undefined;
    const isRefused = file === 'ok' && reachable && !loaded && reason !== undefined && mayBlame;
    const changed = isRefused ? [...model.acls.values()].filter(isChanged) : [];
    return {
      model,
      problems: desk.problems,
      refused: isRefused ? { acls: new Set(changed.map(({ name }) => name)), reason } : undefined,
      lacking: rules.lacking(network),
    };
  };
}

/** Makes the function that tells of a blocked port whether what is to hold for it is in the switch. */
function openness({ desk, flows }: Pick<PolicyWatchServices, 'desk' | 'flows'>) {
  return (network: AttachedNetwork, name: string, model: FaucetModel): boolean => {
    const other = portsForFaucet(network, network.observation.otherPorts, model).find(
      (port) => port.name === name,
    );
    const isGateway = name === network.spec.bridge;
    // It is kept out otherwise, or there is nothing of ours about it.
    if (other === undefined && !isGateway) return true;
    const ofPort = other?.ofPort ?? localOfPort;
    const acls = other?.acls ?? gatewayAcls(network, model);
    const tracker = flows.follow(network);
    const policy = { acls, treatments: noTreatments, isContainers: false };
    const expected = policyRules(network, policy, model);
    if (!desk.inForce || !tracker.live || expected === undefined) return false;
    const found = tracker.flowsOf(inPortOf(ofPort));
    const isMember = !isGateway || found.some((flow) => entersVlan(flow, network.spec.vlan));
    return isMember && hasAllRules(expected, found);
  };
}

/** Closes the ports of containers that are open under an ACL of which the switch lacks a rule. */
function closeContainers(parts: Parts, attachments: Attachments, network: AttachedNetwork): void {
  const why = ({ acls }: Port): AclTrouble | undefined =>
    droppedAmong([...acls, ...(vlanOutAcls(network) ?? [])], network.observation.aclTroubles);
  const close = async (port: Port): Promise<void> => {
    const { endpoint } = port;
    if (endpoint === undefined) return;
    await parts.turns.take(['endpoint', endpoint.id], async () => {
      const trouble = why(port);
      if (!isOpenTo(port, endpoint) || trouble === undefined) return;
      await attachments.suspend(network, port, trouble.sentence);
    });
  };
  const concerned = [...network.ports.values()].filter(
    (port) => port.phase === 'open' && why(port) !== undefined,
  );
  if (concerned.length === 0) return;
  Promise.all(concerned.map(close))
    .then(() => attachments.resume(network))
    .catch((err: unknown) =>
      parts.log.error({ network: network.record.name, err }, 'a port could not be closed'),
    );
}

/** Tells log and status what is wrong with ACLs, once a change, and what is mended. */
function sayTroubles(
  parts: Pick<Parts, 'log'>,
  network: AttachedNetwork,
  troubles: readonly AclTrouble[],
): void {
  const said = new Map(
    troubles.map(({ acl, problem, sentence }) => [acl, { sentence, subject: { acl, problem } }]),
  );
  for (const { acl } of network.observation.aclTroubles) {
    if (said.has(acl)) continue;
    parts.log.info({ network: network.record.name, acl }, `ACL ${quoted(acl)} is valid again`);
  }
  replaceNotes(parts, network, 'acl', said);
}

/** Tells of a file that Faucet would not take as a whole: it goes on with what it has. */
function sayFile(
  parts: Pick<Parts, 'log' | 'faucet'>,
  network: AttachedNetwork,
  wasThere: boolean,
): void {
  const why = whatIsWrong(parts.faucet.status(), wasThere);
  const sentence = `Faucet rejects faucet.yaml as it is now and keeps its last configuration: ${why}`;
  replaceNote(parts, network, 'faucet file', why === undefined ? undefined : { sentence });
}

function whatIsWrong(status: FaucetStatus, wasThere: boolean): string | undefined {
  const [first] = status.problems;
  if (status.file === 'ok') return undefined;
  if (status.file === 'missing') return wasThere ? 'it is not there' : undefined;
  return first === undefined ? status.reason : `${first.message} (${placeOf(first)})`;
}
