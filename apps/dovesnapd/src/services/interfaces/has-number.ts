import type { SwitchState } from '@dovesnap/ovs';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { rowOf } from '../../plan/networks/row-of.ts';

/** Whether an interface is on the bridge under a number. @throws DovesnapError `PORT_FAILED`. */
export function hasNumber(state: SwitchState, network: AttachedNetwork, name: string): boolean {
  const row = rowOf(state, network, name);
  if (row?.error === undefined) return row?.ofPort !== undefined;
  throw new DovesnapError(
    'PORT_FAILED',
    `Open vSwitch could not take interface ${name}: ${row.error}`,
  );
}
