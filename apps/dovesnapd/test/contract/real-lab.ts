import { createHash } from 'node:crypto';
import { CommandError } from '@dovesnap/command';
import { editText } from '@dovesnap/faucet-config';
import { connectOvsdb, type Ovsdb, parseFlow, readSwitch } from '@dovesnap/ovs';
import { type Host, sampleValue, until } from '@dovesnap/testkit';
import { createNetwork, engineMajor, openLab, startContainer } from '../e2e/lab.ts';
import { networkStatus } from '../e2e/network-status.ts';
import { operatorsText } from '../world/open-world.ts';
import type { ContractLab, LabCall, LabDocker, LabFaucet, LabSwitch } from './contract-lab.ts';

/** How long the real ones have for what a case waits for, milliseconds. */
const deadlineMs = 15_000;

/** A call of Docker's that the daemon does not know: its line in the log comes after all before it. */
const markingCall = 'NetworkDriver.ContractMark';

/** The events that the daemon reads, as `docker events` prints them. */
const readEvents = /^(?:network (?:connect|disconnect)|container (?:start|die|destroy))$/;

/** A host with everything running, as the contract's cases use it. */
export async function realLab(): Promise<ContractLab> {
  const host = await openLab('contract', { faucetConfig: operatorsText, daemon: { trace: true } });
  const db = await connectOvsdb(`unix:${host.path('/run/openvswitch/db.sock')}`, {
    deadline: deadlineMs,
  });
  return {
    docker: dockerOf(host, await engineMajor(host)),
    daemon: {
      start: () => host.daemon.start(),
      stop: async () => void (await host.daemon.stop()),
      network: (name) => networkStatus(host, name),
    },
    faucet: faucetOf(host),
    ovs: switchOf(host, db),
    link: async (name) => {
      const { stdout } = await host.run('ip', ['-json', 'link', 'show', 'dev', name]);
      const [found] = JSON.parse(stdout) as readonly {
        ifindex: number;
        flags: readonly string[];
      }[];
      return (
        found && {
          ifindex: found.ifindex,
          up: found.flags.includes('UP'),
          running: found.flags.includes('LOWER_UP'),
        }
      );
    },
    setLink: async (name, state) => void (await host.run('ip', ['link', 'set', name, state])),
    until: async (probe) => {
      await until(probe, { what: 'what a case waits for', deadline: deadlineMs, interval: 20 });
    },
    close: async () => {
      await db.close();
      await host.close();
    },
  };
}

function dockerOf(host: Host, major: number): LabDocker {
  /** @throws Error with what Docker has said. */
  const docker = async (...args: readonly string[]): Promise<void> => {
    await said(host.docker(...args));
  };
  return {
    major,
    createNetwork: async (name, { hasRouter = false } = {}) => {
      const router = ['--subnet', '10.71.0.0/24', '--aux-address', 'DefaultGatewayIPv4=10.71.0.9'];
      await createNetwork(host, name, { 'ovs.bridge.mode': 'flat' }, hasRouter ? router : []);
      const hasPorts = async () => ((await networkStatus(host, name))?.FreePorts ?? 0) >= 4;
      await until(hasPorts, { what: `the free ports of ${name}` });
    },
    removeNetwork: (name) => docker('network', 'rm', name),
    run: async (name, network, labels = {}) => {
      const flags = Object.entries(labels).flatMap(([key, value]) => [
        '--label',
        `${key}=${value}`,
      ]);
      await said(startContainer(host, name, network, flags));
    },
    restart: (name) => docker('restart', '--time', '0', name),
    connect: (name, network) => docker('network', 'connect', network, name),
    disconnect: (name, network) => docker('network', 'disconnect', network, name),
    remove: (name) => docker('rm', '--force', name),
    callsOf: async (act) => {
      const { logs, call, waitForLog } = host.daemon;
      const since = logs.entries.length;
      await act();
      await call(markingCall, {});
      const isMark = ({ msg, call: name }: Readonly<Record<string, unknown>>): boolean =>
        msg === 'Docker asks' && name === 'ContractMark';
      const mark = logs.entries.indexOf(await waitForLog(isMark, { since }));
      return logs.entries.slice(since, mark).flatMap(callIn);
    },
    watchEvents: async () => {
      const since = await timeOf(host);
      return async () => {
        const format = ['--format', '{{.Type}} {{.Action}}'];
        const span = ['--since', since, '--until', await timeOf(host)];
        const lines = (await host.docker('events', ...span, ...format)).split('\n');
        return lines.filter((line) => readEvents.test(line));
      };
    },
  };
}

/** A call in a line of the daemon's log; the daemon is not asked by Docker alone. */
function callIn({ msg, call, body }: Readonly<Record<string, unknown>>): LabCall[] {
  if (msg !== 'Docker asks' || ['Activate', 'GetCapabilities'].includes(`${call}`)) return [];
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
  const { EndpointID } = JSON.parse(text === '' ? '{}' : text) as { EndpointID?: string };
  return [{ call: `${call}`, endpoint: EndpointID }];
}

async function said(command: Promise<unknown>): Promise<void> {
  try {
    await command;
  } catch (error) {
    throw error instanceof CommandError ? new Error(error.stderr) : error;
  }
}

async function timeOf(host: Host): Promise<string> {
  return (await host.run('date', ['+%s.%N'])).stdout.trim();
}

function faucetOf(host: Host): LabFaucet {
  const { faucet } = host;
  const info = async () => (await faucet.metrics('faucet_config_hash_info'))[0]?.labels;
  const count = async (kind: 'warm' | 'cold'): Promise<number> => {
    const name = `faucet_config_reload_${kind}_total`;
    return sampleValue(await faucet.metrics(name), name, { dp_name: 'lan' }) ?? 0;
  };
  return {
    edit: async (edits) => {
      await faucet.writeConfig(editText(await faucet.readConfig(), edits));
      await faucet.reload();
    },
    hasLoaded: async () => {
      const hash = createHash('sha256').update(await faucet.readConfig());
      return (await info())?.hashes === hash.digest('hex');
    },
    refusal: async () => (await info())?.error ?? '',
    restarts: async () => ({ warm: await count('warm'), cold: await count('cold') }),
    start: () => faucet.start(),
    stop: () => faucet.stop(),
  };
}

function switchOf({ ovs }: Host, db: Ovsdb): LabSwitch {
  return {
    state: () => readSwitch(db),
    flows: async (bridge) => {
      const lines = (await ovs.ofctl('--no-stats', 'dump-flows', bridge)).split('\n');
      return lines.filter((line) => line.includes('actions=')).map(parseFlow);
    },
    deleteFlows: async (bridge, ofPort) =>
      void (await ovs.ofctl('del-flows', bridge, `in_port=${ofPort}`)),
    addPort: async (bridge, name) => void (await ovs.vsctl('add-port', bridge, name)),
    removePort: async (bridge, name) => void (await ovs.vsctl('del-port', bridge, name)),
    kill: () => ovs.killSwitch(),
    start: () => ovs.start(),
  };
}
