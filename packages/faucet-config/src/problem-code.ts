/** Every kind of fault that `checkConfig` tells apart. */
export type ProblemCode =
  /** Not YAML, or not as the parser that Faucet uses takes it. */
  | 'SYNTAX'
  /** A raw control character: Faucet's reader dies of it. */
  | 'CONTROL_CHARACTER'
  | 'DUPLICATE_KEY'
  | 'UNKNOWN_TAG'
  | 'UNKNOWN_ALIAS'
  /** A file that an `include` names cannot be loaded. */
  | 'INCLUDE'
  /** No datapath at all: Faucet refuses an empty `dps`. */
  | 'NO_DPS'
  | 'UNKNOWN_KEY'
  | 'WRONG_TYPE'
  | 'MISSING_KEY'
  /** Right type, but not a value that Faucet takes. */
  | 'BAD_VALUE'
  /** A key (port, VLAN, DP, ACL) that does not say what it must. */
  | 'BAD_KEY'
  | 'NO_INTERFACES'
  /** No interface of the datapath has a VLAN or another role. */
  | 'NO_ROLES'
  | 'ROLE_CONFLICT'
  | 'DUPLICATE_DPID'
  | 'DUPLICATE_VID'
  | 'DUPLICATE_PORT'
  | 'DUPLICATE_NAME'
  | 'UNKNOWN_VLAN'
  | 'UNKNOWN_ACL'
  | 'UNKNOWN_PORT'
  | 'UNKNOWN_METER'
  | 'UNKNOWN_DP'
  | 'UNUSED_ROUTER'
  /** Two keys that exclude each other. */
  | 'CONFLICT'
  | 'STACK'
  | 'TUNNEL'
  | 'ACL_EMPTY'
  /** A match whose OpenFlow prerequisite is missing: the switch refuses the flow, the rule is absent. */
  | 'ACL_PREREQUISITE'
  /** A layer 4 port above 65535, or another number that OpenFlow cuts off. */
  | 'ACL_VALUE_WRAPS'
  /** One ACL on a port and on the output of a VLAN: Faucet dies when the datapath connects. */
  | 'ACL_SHARED_PORT_VLAN_OUT'
  /** A tunnel ACL that nothing uses: Faucet dies once when something starts to. */
  | 'TUNNEL_UNUSED'
  | 'METER'
  | 'MIRROR'
  | 'COPROCESSOR'
  /** A watcher of gauge.yaml that names a db that is not there. */
  | 'UNKNOWN_DB'
  /** A watcher that Gauge takes and that does not do what it says. */
  | 'GAUGE';
