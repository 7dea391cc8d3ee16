import type { FaucetModel, MeterModel, YamlValue } from '@dovesnap/faucet-config';

/** The meters that rules of these ACLs name, as far as faucet.yaml defines them. */
export function metersOf(model: FaucetModel, acls: readonly string[]): MeterModel[] {
  const rules = acls.flatMap((acl) => model.acls.get(acl)?.rules ?? []);
  const names = new Set(rules.map(({ raw }) => meterIn(raw.actions)));
  return [...names].flatMap((name) => (name === undefined ? [] : (model.meters.get(name) ?? [])));
}

function meterIn(actions: YamlValue | undefined): string | undefined {
  if (typeof actions !== 'object' || actions === null || Array.isArray(actions)) return undefined;
  const { meter } = actions as { readonly [key: string]: YamlValue };
  return typeof meter === 'string' ? meter : undefined;
}
