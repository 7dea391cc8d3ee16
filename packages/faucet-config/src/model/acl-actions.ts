import type { AclRuleModel, FaucetModel, YamlValue } from '../types.ts';

type Raw = { readonly [key: string]: YamlValue };

/** OFPP_LOCAL (OpenFlow 1.3, section 7.2.1). */
const localPort = 4294967294;

/** Actions whose form in a flow is known. `force_port_vlan` and `ct` lead to other tables. */
const knownActions = new Set(['allow', 'meter', 'mirror', 'output']);

/**
 * Returns the actions that Faucet makes of a rule, as `ovs-ofctl dump-flows` of Open vSwitch 3.1 prints them. Undefined
 * if the form of any of them is not known.
 */
export function printedActions(
  rule: AclRuleModel,
  meters: FaucetModel['meters'],
): string[] | undefined {
  const actions = asMap(rule.raw.actions) ?? {};
  if (Object.keys(actions).some((key) => !knownActions.has(key))) return undefined;
  const { allow, meter, mirror, output } = actions;
  const metered = meter === undefined ? [] : [printedMeter(meter, meters)];
  const mirrored = mirror === undefined ? [] : [printedPort(mirror)];
  const sent = output === undefined ? [] : (asList(output) ?? []).map(printedOutput);
  // The other form of `output` has a different order.
  if (output !== undefined && asList(output) === undefined) return undefined;
  const goesOn = allow === 1 || allow === true || (allow === undefined && mirror !== undefined);
  const all = [...metered, ...mirrored, ...sent.flat(), ...(goesOn ? ['goto_table:1'] : [])];
  return all.every((term) => term !== undefined) ? all : undefined;
}

function printedOutput(item: YamlValue): (string | undefined)[] {
  return Object.entries(asMap(item) ?? { unknown: null }).flatMap(([key, value]) => {
    if (key === 'port') return [printedPort(value)];
    if (key === 'ports') return (asList(value) ?? [null]).map(printedPort);
    if (key === 'pop_vlans' && value === 1) return ['pop_vlan'];
    if (key === 'vlan_vid' && typeof value === 'number') {
      return ['push_vlan:0x8100', `set_field:${4096 + value}->vlan_vid`];
    }
    if (key === 'set_fields') return (asList(value) ?? [null]).map(printedField);
    return [undefined];
  });
}

function printedField(item: YamlValue): string | undefined {
  const [[field, value] = [], ...more] = Object.entries(asMap(item) ?? {});
  const isMac = typeof value === 'string' && /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(value);
  const known = field === 'eth_dst' || field === 'eth_src';
  return more.length === 0 && known && isMac ? `set_field:${value}->${field}` : undefined;
}

function printedMeter(name: YamlValue, meters: FaucetModel['meters']): string | undefined {
  const id = typeof name === 'string' ? meters.get(name)?.meterId : undefined;
  return id === undefined ? undefined : `meter:${id}`;
}

function printedPort(value: YamlValue): string | undefined {
  if (value === localPort) return 'LOCAL';
  return typeof value === 'number' ? `output:${value}` : undefined;
}

function asMap(value: YamlValue | undefined): Raw | undefined {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMap ? (value as Raw) : undefined;
}

function asList(value: YamlValue): readonly YamlValue[] | undefined {
  return Array.isArray(value) ? value : undefined;
}
