import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkConfig, type Problem } from '../src/index.ts';

const fixtures = fileURLToPath(new URL('./fixtures/', import.meta.url));

function check(folder: string, name: string): Problem[] {
  const path = join(fixtures, folder, name);
  return checkConfig(readFileSync(path, 'utf8'), {
    path,
    readFile: (include) => {
      try {
        return readFileSync(include, 'utf8');
      } catch {
        return undefined;
      }
    },
  });
}

function brief(problem: Problem): string {
  return `${problem.severity} ${problem.code} ${problem.line} ${problem.path.join('.')}`;
}

describe('every configuration that Faucet accepts', () => {
  it.each(readdirSync(join(fixtures, 'valid')))('%s has no problem', (name) => {
    expect(check('valid', name)).toEqual([]);
  });
});

describe('every configuration that Faucet refuses', () => {
  const wanted: Record<string, string> = {
    'acl-empty-actions.yaml': 'refused ACL_EMPTY 3 acls.x.0.actions',
    'acl-in-and-acls-in.yaml': 'refused CONFLICT 9 dps.net1.interfaces.1.acl_in',
    'bgp-beside-two-datapaths.yaml': 'refused CONFLICT 3 routers.r.bgp',
    'dps-null.yaml': 'refused NO_DPS 2 dps',
    'nfv-port-not-output-only.yaml': 'refused BAD_VALUE 5 dps.net1.dot1x.nfv_sw_port',
    'kills-exit-instructions-string.yaml':
      'kills TUNNEL 5 acls.t.0.actions.output.0.tunnel.exit_instructions',
    'description-date.yaml': 'refused WRONG_TYPE 7 dps.net1.interfaces.1.description',
    'description-number.yaml': 'refused WRONG_TYPE 7 dps.net1.interfaces.1.description',
    'dp-without-interfaces.yaml': 'refused NO_INTERFACES 3 dps.net1',
    'duplicate-dpid.yaml': 'refused DUPLICATE_DPID 4 dps.b.dp_id',
    'duplicate-yaml-key.yaml': 'refused DUPLICATE_KEY 8 dps.net1.interfaces.1',
    'empty-dps.yaml': 'refused NO_DPS 2 dps',
    'kills-meter-without-entry.yaml': 'kills METER 3 meters.m',
    'kills-null-output-item.yaml': 'kills WRONG_TYPE 3 acls.x.0.actions.output.0',
    'kills-raw-control-character.yaml': 'kills CONTROL_CHARACTER 7 ',
    'mirror-unknown-port.yaml': 'refused UNKNOWN_PORT 8 dps.net1.interfaces.9.mirror',
    'native-vlan-and-output-only.yaml': 'refused ROLE_CONFLICT 8 dps.net1.interfaces.2',
    'port-without-role.yaml': 'refused NO_ROLES 3 dps.net1',
    'required-include-missing.yaml': 'refused INCLUDE 2 include',
    'stack-no-root.yaml': 'refused STACK 3 dps.a',
    'stack-one-way.yaml': 'refused STACK 3 dps.a.interfaces.2.stack',
    'stack-unknown-dp.yaml': 'refused STACK 3 dps.a.interfaces.2.stack',
    'stale-remote-mirror-acl.yaml':
      'refused UNKNOWN_DP 4 acls.remote-mirror-356-stackbr-9.0.actions.output.tunnel.dp',
    'string-dpid.yaml': 'refused WRONG_TYPE 3 dps.net1.dp_id',
    'string-port-key.yaml': 'refused BAD_KEY 7 dps.net1.interfaces.1',
    'tunnel-acl-bad-in-port.yaml': 'refused BAD_VALUE 4 acls.t.0.in_port',
    'tunnel-vlan-in-use.yaml': 'refused TUNNEL 3 acls.t.0.actions.output.tunnel.tunnel_id',
    'unknown-acl.yaml': 'refused UNKNOWN_ACL 7 dps.net1.interfaces.1.acls_in',
    'unknown-interface-key.yaml': 'refused UNKNOWN_KEY 7 dps.net1.interfaces.1.vlan',
    'unknown-top-level-key.yaml': 'refused UNKNOWN_KEY 2 networks',
    'unknown-vlan-name.yaml': 'refused UNKNOWN_VLAN 7 dps.net1.interfaces.1.native_vlan',
    'unquoted-mac-in-flow-map.yaml': 'refused SYNTAX 3 acls.x.0.rule.eth_dst',
    'vlan-out-of-range.yaml': 'refused BAD_VALUE 7 dps.net1.interfaces.1.native_vlan',
    'vlan-acl-to-a-port-of-one-datapath.yaml':
      'refused UNKNOWN_PORT 3 acls.x.0.actions.output.port',
    'yaml11-boolean.yaml': 'refused WRONG_TYPE 7 dps.net1.interfaces.1.opstatus_reconf',
  };

  it('is in the table below', () => {
    expect(Object.keys(wanted).sort()).toEqual(readdirSync(join(fixtures, 'invalid')).sort());
  });

  it.each(Object.entries(wanted))('%s is refused at its place for its reason', (name, problem) => {
    expect(
      check('invalid', name)
        .filter((one) => one.severity !== 'wrong')
        .map(brief),
    ).toEqual([problem]);
  });
});

describe('every configuration that Faucet accepts and does wrong', () => {
  const wanted: Record<string, string> = {
    'acl-missing-prerequisite.yaml': 'wrong ACL_PREREQUISITE 4 acls.x.0.ipv4_src',
    'duplicate-port-number.yaml': 'wrong DUPLICATE_PORT 8 dps.net1.interfaces.db',
    'l4-port-wraps.yaml': 'wrong ACL_VALUE_WRAPS 4 acls.x.0.tcp_dst',
    'shared-acl-port-and-vlan-out.yaml':
      'kills ACL_SHARED_PORT_VLAN_OUT 11 dps.net1.interfaces.1.acls_in',
    'tunnel-without-stack.yaml': 'wrong TUNNEL 3 acls.t.0.actions.output.tunnel',
  };

  it('is in the table below', () => {
    expect(Object.keys(wanted).sort()).toEqual(readdirSync(join(fixtures, 'traps')).sort());
  });

  it.each(Object.entries(wanted))('%s is taken with a warning', (name, problem) => {
    expect(check('traps', name).map(brief)).toEqual([problem]);
  });
});
