/**
 * The reason for a container or port that requests mirroring on a network without a mirror. The network's notes may say
 * more.
 */
export const nowhereToMirror =
  'it asks to be mirrored, but nothing on this network is mirrored: was dovesnapd started with --mirror_bridge_out?';
