export { TestkitError, type TestkitErrorCode } from './error.ts';
export { type EventLog, eventLog, type LogWait, type WritableEventLog } from './event-log.ts';
export { type Host, type HostOptions, openHost } from './host.ts';
export type { HostAccess } from './host-access.ts';
export type { DockerOptions, HostDocker } from './host-docker.ts';
export type { HostOvs, OvsOptions } from './host-ovs.ts';
export type { HostProcess } from './host-process.ts';
export { type HttpAnswer, type HttpOptions, httpRequest, openHttp } from './http-request.ts';
export { type UntilOptions, until } from './until.ts';
