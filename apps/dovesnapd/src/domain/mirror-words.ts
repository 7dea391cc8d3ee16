/** What a container or port is told that asks to be mirrored where nothing is: the network's notes may say more. */
export const nowhereToMirror =
  'it asks to be mirrored, and there is nowhere to mirror to on this network: is dovesnapd started with --mirror_bridge_out?';
