export { GraphError, type GraphErrorCode } from './error.ts';
export { type Fetch, fetchTopology } from './fetch-topology.ts';
export { mergeTopologies, type TopologyPart } from './merge-topologies.ts';
export { checkTopology, parseTopology } from './parse-topology.ts';
export { toDot } from './to-dot.ts';
export { toJson } from './to-json.ts';
export { type PngOptions, toPng } from './to-png.ts';
export { type DotToSvg, toSvg } from './to-svg.ts';
export type {
  Topology,
  TopologyBridge,
  TopologyGateway,
  TopologyLink,
  TopologyPort,
} from './types.ts';
