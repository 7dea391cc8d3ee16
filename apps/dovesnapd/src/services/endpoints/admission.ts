import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { checkDatapath } from '../../plan/faucet/datapath-conflict.ts';
import { portAclEdits } from '../../plan/faucet/faucet-edits.ts';
import { sameAcls } from '../../plan/policy/same-acls.ts';
import { samePolicy } from '../../plan/policy/same-policy.ts';
import { openPort } from '../../plan/pool/port-links.ts';
import { takenNumbers } from '../../plan/pool/taken-numbers.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import type { VlanOut } from '../faucet/vlan-out.ts';
import type { Flows } from '../flows/flows.ts';
import type { RuleJudge } from '../flows/rule-judge.ts';
import { untilInForce } from '../flows/until-in-force.ts';
import type { Parts } from '../parts.ts';
import { checkPolicy } from '../policy/check-policy.ts';
import type { PortPolicy } from '../policy/policy.ts';
import type { PreparePort } from '../pool/prepare-port.ts';
import { commitRecords } from './commit-records.ts';
import type { MovedMacs } from './moved-macs.ts';

/** Lets traffic through a port, once its policy is in force. */
export interface Admission {
  /**
   * Opens the port under this policy. Waits as long as the signal allows; when it fires nothing has been opened.
   * @throws DovesnapError when the policy cannot be: `UNKNOWN_ACL`, `FAUCET_FILE`, `FAUCET_REFUSED`, `CONFLICT`.
   */
  admit(
    network: AttachedNetwork,
    port: Port,
    policy: PortPolicy,
    signal: AbortSignal,
  ): Promise<void>;
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
    signal: AbortSignal,
  ): Promise<void> => {
    const dp = network.name ?? '';
    checkPolicy(await desk.model(), desk.problems, network, port, acls);
    await parts.ofctl.deleteFlows(network.spec.bridge, [
      { table: 0, match: `in_port=${port.ofPort}` },
    ]);
    port.acls = acls;
    await commitRecords(parts, network, [port]);
    const written = await desk.write(
      (model) => {
        checkDatapath(network, dp, model);
        return model.dps.has(dp) ? portAclEdits(network, dp, port, acls) : [];
      },
      { signal, deadline: parts.config.attachTimeout },
    );
    if (!written.confirmed) await desk.loaded(written.revision, { signal });
  };
  return {
    admit: async (network, port, policy, signal) => {
      const { acls } = policy;
      checkNumber(parts, network, port);
      // A file that cannot be read now: then the flows alone are the proof.
      const known = desk.latest ?? (await desk.model().catch(() => undefined));
      if (known !== undefined) checkPolicy(known, desk.problems, network, port, acls);
      await before.vlanOut.assert(network, signal);
      await before.prepare(network, port, policy, signal);
      if (!sameAcls(port.acls, acls)) await retarget(network, port, acls, signal);
      else if (!(await hasItsPolicy(desk, network, port))) {
        const written = await desk.write(() => [], {
          signal,
          deadline: parts.config.attachTimeout,
        });
        if (!written.confirmed) await desk.loaded(written.revision, { signal });
      }
      await before.macs.untilForgotten(network, port);
      await inForce(network, port, policy, signal);
      await before.rules.untilOnOutput(network, signal);
      await port.closing;
      signal.throwIfAborted();
      port.held = false;
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

/** Whether an error means that the policy is wrong, so that waiting would not help. */
export function isRefusal(error: unknown): error is DovesnapError {
  return (
    error instanceof DovesnapError && error.code !== 'OVS_AWAY' && error.code !== 'PORT_FAILED'
  );
}
