/** What ovs-ofctl is told to connect to: the bridge's name, or its socket where it is not in the usual place. */
export function bridgeSocket(bridge: string, rundir: string | undefined): string {
  return rundir === undefined ? bridge : `unix:${rundir}/${bridge}.mgmt`;
}
