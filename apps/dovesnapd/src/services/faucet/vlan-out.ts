import type { FaucetModel } from '@dovesnap/faucet-config';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { removeNote, setNote } from '../../domain/network-notes.ts';
import { hasEgressPipeline } from '../../plan/faucet/egress-pipeline.ts';
import {
  unusedVlanOutEdits,
  vlanOutAcls,
  vlanOutConflict,
  vlanOutEdits,
} from '../../plan/faucet/vlan-out-acls.ts';
import { checkAclsExist } from '../../plan/policy/known-acls.ts';
import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';
import type { FaucetDesk, WriteWait, Written } from './faucet-desk.ts';

/** The ACLs on the output of VLANs, which all networks on a VLAN share. */
export interface VlanOut {
  /**
   * Puts a network's ACLs on the output of its VLAN, in a write of their own, and waits until Faucet has them.
   * @throws DovesnapError `CONFLICT`, `UNKNOWN_ACL`, `FAUCET_FILE`, `FAUCET_REFUSED`.
   */
  assert(
    network: AttachedNetwork,
    wait: WriteWait & { readonly signal: AbortSignal },
  ): Promise<void>;
  /** Takes away what no network asks for any more, and says of each network whose ACL holds there. @throws DovesnapError `FAUCET_FILE`, `FAUCET_REFUSED`. */
  sweep(): Promise<void>;
}

/** Makes {@link VlanOut}. */
export function vlanOut(parts: Parts, desk: FaucetDesk, registry: Registry): VlanOut {
  const alive = (): readonly AttachedNetwork[] =>
    registry.all().filter((network) => !network.life.signal.aborted);
  const tell = (): void => {
    const networks = alive();
    for (const network of networks) tellWhoseAclHolds(network, networks);
  };
  const write = async (network: AttachedNetwork, wait: WriteWait): Promise<Written | undefined> => {
    const engineId = await parts.engineId();
    const edits = (model: FaucetModel) => {
      const others = alive().filter((other) => other !== network);
      checkVlanOut(network, others, engineId, model);
      return vlanOutEdits(network, engineId, model);
    };
    const before = await desk.model();
    // A file without any datapath has no pipeline to shape, and Faucet would refuse it: they go with the first one.
    if (edits(before).length === 0 || before.dps.size === 0) return undefined;
    const written = await desk.write(edits, wait);
    const what = hasEgressPipeline(before)
      ? 'an ACL is on the output of a VLAN, for every network on it'
      : 'an ACL is on the output of a VLAN, for every network on it: each datapath starts cold once, for its egress pipeline';
    const { vlan } = network.spec;
    parts.log.warn({ network: network.record.name, vlan, acls: vlanOutAcls(network) }, what);
    return written;
  };
  const assert: VlanOut['assert'] = async (network, wait) => {
    if (vlanOutAcls(network) !== undefined) {
      // Two changes of which tables Faucet's pipeline has may pass for a warm one if they come in one reload.
      const written = await parts.turns.take(['pipeline'], () => write(network, wait));
      // Not in the turn: a Faucet that is away starts cold in any case, and nobody else is to wait for it.
      if (written?.confirmed === false)
        await desk.loaded(written.revision, { signal: wait.signal });
    }
    tell();
  };
  return {
    assert,
    sweep: () =>
      parts.turns.take(['pipeline'], async () => {
        const engineId = await parts.engineId();
        const isWanted = (vlan: number): boolean =>
          alive().some((network) => network.spec.vlan === vlan && mayAsk(network));
        const edits = (model: FaucetModel) => unusedVlanOutEdits(model, engineId, isWanted);
        const gone = edits(await desk.model());
        if (gone.length > 0) {
          await desk.write(edits, { signal: parts.signal, deadline: parts.config.attachTimeout });
          const vlans = gone.flatMap((edit) => ('vlan' in edit ? edit.vlan : []));
          parts.log.warn({ vlans }, 'the last network with an ACL on the VLAN output is gone');
        }
        tell();
      }),
  };
}

/** @throws DovesnapError `CONFLICT`, `UNKNOWN_ACL` when the network cannot have its ACLs on the output of its VLAN. */
export function checkVlanOut(
  network: Pick<AttachedNetwork, 'spec' | 'record'>,
  others: readonly AttachedNetwork[],
  engineId: string,
  model: FaucetModel,
): void {
  checkAclsExist(model, vlanOutAcls(network) ?? [], 'option ovs.bridge.vlan_out_acl');
  const conflict = vlanOutConflict(network, others, engineId, model);
  if (conflict === undefined) return;
  const wanted = vlanOutAcls(network)?.join(',');
  throw new DovesnapError(
    'CONFLICT',
    `option ovs.bridge.vlan_out_acl cannot be "${wanted}": ${conflict}, and a VLAN has one list for all networks`,
  );
}

/** Before a network's name is known it may ask for any of what it names. */
function mayAsk(network: AttachedNetwork): boolean {
  return network.record.name === undefined
    ? network.spec.vlanOutAcl.byNetwork.size > 0 || vlanOutAcls(network) !== undefined
    : vlanOutAcls(network) !== undefined;
}

function tellWhoseAclHolds(network: AttachedNetwork, all: readonly AttachedNetwork[]): void {
  const { vlan } = network.spec;
  const asking = all.find((other) => other.spec.vlan === vlan && vlanOutAcls(other) !== undefined);
  if (asking === undefined) {
    removeNote(network.notes, 'vlan-out');
    return;
  }
  const acls = vlanOutAcls(asking)?.join(',');
  const whose = asking.record.name ?? asking.spec.bridge;
  const sentence = `ACL ${acls} of network ${whose} is on the output of VLAN ${vlan} and holds for every network on it`;
  setNote(network.notes, 'vlan-out', { sentence });
}
