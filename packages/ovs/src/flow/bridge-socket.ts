/** Returns the connection argument for ovs-ofctl: the bridge's name or, with `rundir`, the path of its socket. */
export function bridgeSocket(bridge: string, rundir: string | undefined): string {
  return rundir === undefined ? bridge : `unix:${rundir}/${bridge}.mgmt`;
}
