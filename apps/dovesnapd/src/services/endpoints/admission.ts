import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { DovesnapError, type DovesnapErrorCode } from '../../domain/error.ts';
import { proceed, tellPort } from '../../domain/port-life.ts';
import { checkDatapath } from '../../plan/faucet/datapath-conflict.ts';
import { portAclEdits } from '../../plan/faucet/faucet-edits.ts';
import { sameAcls } from '../../plan/policy/same-acls.ts';
import { samePolicy } from '../../plan/policy/same-policy.ts';
import { openPort } from '../../plan/pool/port-links.ts';
import { takenNumbers } from '../../plan/pool/taken-numbers.ts';
import type { Parts } from '../core/parts.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import type { VlanOut } from '../faucet/vlan-out.ts';
import type { Flows } from '../flows/flows.ts';
import type { RuleJudge } from '../flows/rule-judge.ts';
import { checkPolicy } from '../policy/check-policy.ts';
import type { PortPolicy } from '../policy/policy.ts';
import type { PreparePort } from '../pool/prepare-port.ts';
import type { RaisedPorts } from '../pool/raised-ports.ts';
import { commitRecords } from '../records/commit-records.ts';
import type { MovedMacs } from './moved-macs.ts';
import { untilInForce } from './until-in-force.ts';

/**
 * Lets traffic through a port, once its policy is in force: four steps, in this order. Each waits as long as its signal
 * allows; when it fires before the last is over nothing has been opened.
 */
export interface Admission {
  /** Whether the port, its number and its policy can be. @throws DovesnapError `UNKNOWN_ACL`, `BAD_ACL`, `CONFLICT`. */
  check(network: AttachedNetwork, port: Port, policy: PortPolicy): Promise<void>;
  /** Has faucet.yaml say so, and Faucet load it. @throws DovesnapError `FAUCET_FILE`, `FAUCET_REFUSED`, `CONFLICT`. */
  prepare(
    network: AttachedNetwork,
    port: Port,
    policy: PortPolicy,
    wait: AdmissionWait,
  ): Promise<void>;
  /**
   * Resolves when the policy is seen in the switch, and nothing of whoever had the MAC or the port before: with the number
   * of the attempt that this is the proof of.
   */
  prove(
    network: AttachedNetwork,
    port: Port,
    policy: PortPolicy,
    signal: AbortSignal,
  ): Promise<number>;
  /** Sets the host's end of the link up. @throws NetnsError, DovesnapError `PORT_FAILED` when the proof is stale. */
  open(port: Port, proof: number, signal: AbortSignal): Promise<void>;
}

/** How long an admission may take; `again`: Faucet is asked once more about what it has refused. */
export interface AdmissionWait {
  readonly signal: AbortSignal;
  readonly again?: boolean | undefined;
}

/** Makes {@link Admission}. */
export function admission(
  parts: Parts,
  desk: FaucetDesk,
  flows: Flows,
  before: {
    readonly vlanOut: VlanOut;
    readonly prepare: PreparePort;
    readonly rules: RuleJudge;
    readonly macs: MovedMacs;
    readonly raised: Pick<RaisedPorts, 'unblock'>;
  },
): Admission {
  const inForce = untilInForce(parts, flows, before.prepare);
  /**
   * A port that changes its ACLs is stripped of the old ones first: with them gone nothing passes, and what is there
   * afterwards came with the edit.
   */
  const retarget = async (
    network: AttachedNetwork,
    port: Port,
    acls: readonly string[],
    wait: AdmissionWait,
  ): Promise<void> => {
    const { name: dp = '' } = network.record;
    const { acls: before, treatments, attempt: begun } = port;
    checkPolicy(await desk.model(), desk.problems, network, port, { acls, treatments });
    await parts.ofctl.deleteFlows(network.spec.bridge, [
      { table: 0, match: `in_port=${port.ofPort}` },
    ]);
    const attempt = proceed(port, { kind: 'policy-chosen', attempt: begun, acls, treatments });
    await commitRecords(parts, network, [port]);
    try {
      const written = await desk.write(
        (model) => {
          checkDatapath(network, dp, model);
          return model.dps.has(dp) ? portAclEdits(network, dp, port, { acls, treatments }) : [];
        },
        { ...wait, deadline: parts.config.attachTimeout },
      );
      if (!written.confirmed) await desk.loaded(written.revision, wait);
    } catch (error) {
      // Faucet still has the port under its old ACLs, and takes their flows, which are gone, for installed.
      if (!wait.signal.aborted) tellPort(port, { kind: 'policy-failed', attempt, acls: before });
      throw error;
    }
  };
  return {
    check: async (network, port, policy) => {
      checkNumber(parts, network, port);
      // A file that cannot be read now: then the flows alone are the proof.
      const known = desk.latest ?? (await desk.model().catch(() => undefined));
      if (known !== undefined) checkPolicy(known, desk.problems, network, port, policy);
    },
    prepare: async (network, port, policy, wait) => {
      const { acls } = policy;
      const { signal } = wait;
      const write = { ...wait, deadline: parts.config.attachTimeout };
      await before.vlanOut.assert(network, write);
      await before.prepare(network, port, policy, signal);
      if (!sameAcls(port.acls, acls)) await retarget(network, port, acls, wait);
      else if (!(await hasItsPolicy(desk, network, port))) {
        const written = await desk.write(() => [], write);
        if (!written.confirmed) await desk.loaded(written.revision, { signal });
      }
    },
    prove: async (network, port, policy, signal) => {
      await before.macs.untilForgotten(network, port);
      const proof = await inForce(network, port, policy, signal);
      await before.rules.untilOnOutput(network, signal);
      return proof;
    },
    open: async (port, proof, signal) => {
      await port.closing;
      await before.raised.unblock(port);
      signal.throwIfAborted();
      proceed(port, { kind: 'opening', attempt: proof });
      await parts.host.apply(openPort(port));
    },
  };
}

/** @throws DovesnapError `CONFLICT` when the port goes under another number than its own. */
function checkNumber(parts: Parts, network: AttachedNetwork, port: Port): void {
  const taken = takenNumbers(network, parts.ovs.state()).find((item) => item.port === port);
  if (taken !== undefined) throw new DovesnapError('CONFLICT', taken.what);
}

/** Whether Faucet has what the file says of a port: what is on its way to Faucet may be about others, or be a description. */
async function hasItsPolicy(
  desk: FaucetDesk,
  network: AttachedNetwork,
  { ofPort }: Port,
): Promise<boolean> {
  if (desk.inForce) return true;
  const known = await desk.model().catch(() => undefined);
  return (
    known !== undefined && desk.hasInForce((one, other) => samePolicy(network, ofPort, one, other))
  );
}

const unanswered: ReadonlySet<DovesnapErrorCode> = new Set([
  ...(['OVS_AWAY', 'PORT_FAILED', 'TIMED_OUT', 'STOPPING'] as const),
]);

/** Whether an error means that the policy is wrong, so that waiting would not help. */
export function isRefusal(error: unknown): error is DovesnapError {
  return error instanceof DovesnapError && !unanswered.has(error.code);
}
