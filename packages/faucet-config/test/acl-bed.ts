import { createHash } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { spawn } from '@dovesnap/command';
import { type FaucetFlavour, privateFaucet, privateOvs, until } from '@dovesnap/testkit';

/** A flow as the switch prints it. */
export interface SeenFlow {
  readonly priority: number;
  readonly match: readonly string[];
  readonly actions: string;
}

/** A switch with a real Faucet on it, alone in a namespace. */
export interface AclBed extends AsyncDisposable {
  /** Flows of table 0 that are about one port, highest priority first. */
  flowsOf(port: number): Promise<SeenFlow[]>;
  /** What has happened to flows of the port since the last call, up to now: `deleted` or `added`, in order. */
  events(port: number): Promise<string[]>;
  setLink(port: number, state: 'up' | 'down'): Promise<void>;
  /** Gives Faucet another file and waits until it says that it has it. */
  reload(config: string): Promise<void>;
  faucetLog(): Promise<string>;
}

/** A port that the bed does not have. */
const markerPort = 60000;

function parseFlow(line: string, port: number): SeenFlow[] {
  const found = /priority=(\d+)(?:,(\S*))? actions=(\S+)/.exec(line);
  const terms = (found?.[2] ?? '').split(',');
  if (found === null || !terms.includes(`in_port=${port}`)) return [];
  const match = terms.filter((term) => !term.startsWith('in_port=')).sort();
  return [{ priority: Number(found[1]), match, actions: found[3] ?? '' }];
}

type Closers = (() => Promise<void>)[];

/** Starts the bed with these ports up; resolves when Faucet has programmed all of them. */
export async function aclBed(
  flavour: FaucetFlavour,
  config: string,
  ports: readonly number[],
): Promise<AclBed> {
  const closers: Closers = [];
  const close = async (): Promise<void> => {
    for (const closer of closers) await closer();
  };
  try {
    return await start(flavour, config, ports, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  flavour: FaucetFlavour,
  config: string,
  ports: readonly number[],
  closers: Closers,
  close: () => Promise<void>,
): Promise<AclBed> {
  const ovs = await privateOvs();
  closers.unshift(ovs.close);
  const faucet = await privateFaucet({
    config,
    flavour,
    namespace: ovs.namespace,
    statReload: false,
  });
  closers.unshift(faucet.close);
  const sh = async (file: string, ...args: string[]): Promise<string> =>
    (await ovs.run(file, args)).stdout;
  const vsctl = (...args: string[]): Promise<string> =>
    sh('ovs-vsctl', `--db=${ovs.dbTarget}`, ...args);
  const bridge = [
    'datapath_type=netdev',
    'fail_mode=secure',
    'other-config:datapath-id=0000000000000001',
  ];
  await vsctl('add-br', 'br0', '--', 'set', 'bridge', 'br0', ...bridge);
  for (const port of ports) {
    await sh('ip', 'link', 'add', `v${port}`, 'up', 'type', 'veth', 'peer', 'name', `w${port}`);
    await sh('ip', 'link', 'set', `w${port}`, 'up');
    await vsctl(
      'add-port',
      'br0',
      `v${port}`,
      '--',
      'set',
      'interface',
      `v${port}`,
      `ofport_request=${port}`,
    );
  }
  const socket = `unix:${ovs.rundir}/br0.mgmt`;
  const inside = [`--net=${ovs.namespace.path}`, '--', 'ovs-ofctl', '-OOpenFlow13'];
  // No control socket: its folder is there only where a switch of the machine's own has run.
  const watching = [...inside, '--unixctl=none', 'monitor', socket, 'watch:!initial,table=0'];
  const monitor = spawn('nsenter', watching);
  closers.unshift(monitor.close);
  const seen: string[] = [];
  void (async () => {
    for await (const { text } of monitor.lines) seen.push(text);
  })();
  await vsctl('set-controller', 'br0', `tcp:127.0.0.1:${faucet.ofPort}`);
  const dump = (table: number): Promise<string> =>
    sh('ovs-ofctl', '-OOpenFlow13', '--no-stats', 'dump-flows', socket, `table=${table}`);
  const isMember = async (): Promise<true | undefined> => {
    const flows = await dump(1);
    return ports.every((port) => new RegExp(`in_port=${port}[, ]`).test(flows)) || undefined;
  };
  await until(isMember, { what: 'the flows of all ports' });
  return {
    flowsOf: async (port) =>
      (await dump(0))
        .split('\n')
        .flatMap((line) => parseFlow(line, port))
        .sort((a, b) => b.priority - a.priority),
    events: async (port) => {
      // The monitor tells a little after the switch has acted: what is told of a flow of our own comes after all before it.
      const marker = `table=0,in_port=${markerPort}`;
      const told = `event=ADDED .*in_port=${markerPort}\\b`;
      await sh('ovs-ofctl', '-OOpenFlow13', 'add-flow', socket, `${marker},actions=drop`);
      const isTold = async (): Promise<true | undefined> =>
        seen.some((line) => new RegExp(told).test(line)) || undefined;
      await until(isTold, { what: 'the monitor to tell of the marker' });
      await sh('ovs-ofctl', '-OOpenFlow13', 'del-flows', socket, marker);
      const mine = seen.splice(0).filter((line) => new RegExp(`in_port=${port}\\b`).test(line));
      return mine.map((line) => /event=(\w+)/.exec(line)?.[1]?.toLowerCase() ?? line);
    },
    setLink: async (port, state) => {
      await sh('ip', 'link', 'set', `v${port}`, state);
    },
    reload: async (next) => {
      await writeFile(`${faucet.configPath}.new`, next);
      await rename(`${faucet.configPath}.new`, faucet.configPath);
      process.kill(faucet.pid(), 'SIGHUP');
      const hash = createHash('sha256').update(next).digest('hex');
      const has = async (): Promise<true | undefined> =>
        (await sh('curl', '-s', faucet.metrics)).includes(hash) || undefined;
      await until(has, { what: 'the reload' });
    },
    faucetLog: faucet.log,
    [Symbol.asyncDispose]: close,
  };
}
