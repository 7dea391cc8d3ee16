/** Every kind of problem that `checkConfig` and `checkGauge` report. */
export type ProblemCode =
  /** Not YAML, or not accepted by the parser that Faucet uses. */
  | 'SYNTAX'
  /** A raw control character. Faucet's parser crashes on it. */
  | 'CONTROL_CHARACTER'
  | 'DUPLICATE_KEY'
  | 'UNKNOWN_TAG'
  | 'UNKNOWN_ALIAS'
  /** A file named in an `include` cannot be loaded. */
  | 'INCLUDE'
  /** No datapath. Faucet refuses an empty `dps`. */
  | 'NO_DPS'
  | 'UNKNOWN_KEY'
  | 'WRONG_TYPE'
  | 'MISSING_KEY'
  /** The type is right, but Faucet does not accept the value. */
  | 'BAD_VALUE'
  /** A key (port, VLAN, DP, ACL) that is not valid. */
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
  /** Two keys that cannot be used together. */
  | 'CONFLICT'
  | 'STACK'
  | 'TUNNEL'
  | 'ACL_EMPTY'
  /** A match without its OpenFlow prerequisite. The switch refuses the flow, so the rule is missing. */
  | 'ACL_PREREQUISITE'
  /** A layer 4 port above 65535, or another number that OpenFlow truncates. */
  | 'ACL_VALUE_WRAPS'
  /** An ACL that is on both a port and the output of a VLAN. Faucet crashes when the datapath connects. */
  | 'ACL_SHARED_PORT_VLAN_OUT'
  /** A tunnel ACL that is not used. Faucet crashes once when something starts to use it. */
  | 'TUNNEL_UNUSED'
  | 'METER'
  | 'MIRROR'
  | 'COPROCESSOR'
  /** A watcher in gauge.yaml that names a missing db. */
  | 'UNKNOWN_DB'
  /** A watcher that Gauge accepts but that does not do what it says. */
  | 'GAUGE';
