import type { SwitchState } from '@dovesnap/ovs';
import { DovesnapError } from '../../domain/error.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import { rowOf } from '../../plan/networks/row-of.ts';

/** Whether an interface is on the bridge under a number. @throws DovesnapError `PORT_FAILED`. */
export function hasNumber(state: SwitchState, spec: NetworkSpec, name: string): boolean {
  const row = rowOf(state, spec, name);
  if (row?.error === undefined) return row?.ofPort !== undefined;
  throw new DovesnapError(
    'PORT_FAILED',
    `Open vSwitch could not take interface ${name}: ${row.error}`,
  );
}
