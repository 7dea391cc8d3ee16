export { type BuiltProgram, buildProgram } from './build-program.ts';
export { type Capture, type CaptureOptions, capture, type Frame, parseFrame } from './capture.ts';
export { captureAll, type FullCapture, parseSighting, type Sighting } from './capture-all.ts';
export { type Counters, movedCounters, parseSnmp, readCounters } from './counters.ts';
export { machineDatapath } from './datapath.ts';
export { TestkitError, type TestkitErrorCode } from './error.ts';
export { type EventLog, eventLog, type LogWait, type WritableEventLog } from './event-log.ts';
export { type FakeClock, fakeClock } from './fake-clock.ts';
export {
  type DockerBehaviour,
  type FakeDocker,
  type FakeDockerEvent,
  fakeDocker,
} from './fake-docker.ts';
export type { DockerContent, FakeContainer, FakeNetwork } from './fake-docker-content.ts';
export { type FakeFaucet, type FakeFaucetOptions, fakeFaucet } from './fake-faucet.ts';
export { type FakeOvsdb, type FakeOvsdbOptions, fakeOvsdb } from './fake-ovsdb.ts';
export type { FakeDevice } from './fake-ovsdb-vswitchd.ts';
export {
  type FaucetEnvironment,
  type FaucetFlavour,
  faucetEnvironment,
} from './faucet-environment.ts';
export { freePort } from './free-port.ts';
export { type Host, type HostOptions, openHost } from './host.ts';
export type { HostAccess } from './host-access.ts';
export type { HostController } from './host-controller.ts';
export type { DaemonOptions, HostDaemon, LogLine } from './host-daemon.ts';
export type { DockerOptions, HostDocker } from './host-docker.ts';
export type { ControllerOptions } from './host-faucet.ts';
export type { HostOvs, OvsOptions, StopOptions } from './host-ovs.ts';
export type { HostProcess } from './host-process.ts';
export { type HttpAnswer, type HttpOptions, httpRequest, openHttp } from './http-request.ts';
export {
  type IptablesTables,
  iptablesTables,
  restoreTables,
  saveTables,
} from './iptables-tables.ts';
export { type CableEnd, joinHosts } from './join-hosts.ts';
export { type MemoryFiles, memoryFiles } from './memory-files.ts';
export {
  type MemoryFamily,
  type MemoryIptables,
  type MemoryTable,
  memoryIptables,
} from './memory-iptables.ts';
export { type MemoryOvsdb, memoryOvsdb } from './memory-ovsdb.ts';
export { parseMetrics, type Sample, sampleValue } from './metrics.ts';
export {
  type NamespaceOptions,
  openNamespace,
  type TestNamespace,
  withNamespace,
} from './namespace.ts';
export { patient } from './patience.ts';
export { addPeer, type Peer, type PeerOptions } from './peer.ts';
export type { Client, PeerServer } from './peer-server.ts';
export {
  type PrivateController,
  type PrivateFaucetOptions,
  type PrivateGaugeOptions,
  privateFaucet,
  privateGauge,
} from './private-faucet.ts';
export { type PrivateOvs, type PrivateOvsOptions, privateOvs } from './private-ovs.ts';
export {
  everyProtocol,
  listenRaw,
  pythonInside,
  type RawCapture,
  type RawFrame,
  rawSender,
  sendRaw,
} from './raw-frames.ts';
export { printedBy, type ReadmeBlock, readmeBlocks } from './readme-blocks.ts';
export { nftLines, tableLines } from './ruleset-lines.ts';
export { type ScriptedRun, type ScriptedStep, scriptedRun } from './scripted-run.ts';
export { diffSnapshots, type Snapshot, snapshot } from './snapshot.ts';
export { type TempDir, tempDir } from './temp-dir.ts';
export { throughput } from './throughput.ts';
export { triedCases } from './tried-cases.ts';
export { type UntilOptions, until } from './until.ts';
