export type {
  Topology,
  TopologyBridge,
  TopologyGateway,
  TopologyLink,
  TopologyPort,
} from './types.ts';
