import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';
import { status } from './daemon.mjs';
import { docker, tryDocker } from './docker.mjs';
import { paths } from './paths.mjs';
import { run } from './program.mjs';
import { readRecord, saveRecord } from './records.mjs';
import { StepError } from './step-error.mjs';

/** What `up` makes in Docker. */
export const demo = { network: 'mynet', containers: ['dovesnap-one', 'dovesnap-two'] };

/** Creates the network where it is missing. @throws StepError */
export async function ensureNetwork() {
  const format = '{{.Driver}} {{index .Options "ovs.bridge.mode"}}';
  const found = await tryDocker(['network', 'inspect', '--format', format, demo.network]);
  if (found.code === 0) {
    if (found.stdout.trim() === 'dovesnap nat') return 'is there';
    throw new StepError(`Docker has another network of this name: ${found.stdout.trim()}`, {
      remedy: `"docker network rm ${demo.network}", then run "npm run up" again`,
    });
  }
  const args = ['network', 'create', '-d', 'dovesnap', '-o', 'ovs.bridge.mode=nat', demo.network];
  const id = await docker(args, {
    remedy: "the reason is the driver's own; see .state/log/dovesnapd.log",
  });
  saveRecord({ kind: 'network', name: demo.network, id });
  return id.slice(0, 12);
}

/** Starts the two containers where they do not run. @throws StepError */
export async function ensureContainers() {
  const notes = [];
  for (const name of demo.containers) notes.push(`${name} ${await ensureContainer(name)}`);
  return notes.join(', ');
}

/** @param {string} name */
async function ensureContainer(name) {
  const format = '{{.Id}} {{.State.Running}} {{.HostConfig.NetworkMode}}';
  const found = await tryDocker(['container', 'inspect', '--format', format, name]);
  const [id, running, network] = found.stdout.trim().split(' ');
  if (found.code !== 0) return startContainer(name);
  if (network === demo.network && running === 'true') return 'runs already';
  if (network === demo.network && (await tryDocker(['start', name])).code === 0) {
    return 'started again';
  }
  const record = readRecord(name);
  if (record?.kind === 'container' && record.id === id) {
    await docker(['rm', '--force', name]);
    return startContainer(name);
  }
  throw new StepError(`a container ${name} is there already, on the network ${network}`, {
    remedy: `"docker rm -f ${name}", then run "npm run up" again`,
  });
}

/**
 * Recorded between its creation and its start: one that Docker cannot start stays, and is ours to remove.
 *
 * @param {string} name
 */
async function startContainer(name) {
  const args = ['create', '--name', name, '--network', demo.network, 'busybox'];
  const id = await docker([...args, 'sleep', '2147483647'], {});
  saveRecord({ kind: 'container', name, id });
  await docker(['start', name], {
    remedy: "the reason is the driver's or Docker's own; see .state/log/dovesnapd.log",
  });
  return 'started';
}

/** Lets the containers reach each other, the gateway and the host. @throws StepError */
export async function checkReachability() {
  const [one = '', two = ''] = demo.containers;
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.Gateway}}{{end}}';
  const [peer = '', gateway = ''] = (await docker(['inspect', '--format', format, two])).split(' ');
  await ping(one, peer, 'the other container');
  await ping(one, gateway, 'the gateway');
  const host = hostAddress(networkInterfaces(), gateway);
  await fetchFromHost(one, host);
  return `${one} -> ${peer}, ${gateway} (gateway), ${host} (host)`;
}

/** @param {string} from @param {string} to @param {string} what */
async function ping(from, to, what) {
  const asked = await tryDocker(['exec', from, 'ping', '-c', '1', '-W', '3', to]);
  if (asked.code === 0) return;
  throw new StepError(`${from} gets no answer from ${what} at ${to}:\n${asked.stdout.trim()}`, {
    remedy: `"curl ${status}/networks" shows what the driver made; .state/log/dovesnapd.log and .state/log/faucet-events.log say more`,
  });
}

/**
 * Chooses an address of the host that a container can only reach by leaving its own network.
 *
 * @param {NodeJS.Dict<import('node:os').NetworkInterfaceInfo[]>} interfaces
 * @param {string} gateway also the answer where the host has no other address
 */
export function hostAddress(interfaces, gateway) {
  const outer = Object.entries(interfaces)
    .filter(([name]) => !/^(lo|docker|br-|ods|veth)/.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .find((item) => item.family === 'IPv4' && !item.internal && item.address !== gateway);
  return outer?.address ?? gateway;
}

/** A page served by us is fetched by the container. @param {string} from @param {string} host */
async function fetchFromHost(from, host) {
  const server = createServer((_request, response) => response.end('hello from the host\n'));
  await new Promise((resolve) => server.listen(0, host, () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  try {
    const url = `http://${host}:${port}/`;
    // Not wget's own -T: with it the busybox-static of Debian 12 (1.35.0-4) crashes.
    const fetching = ['timeout', '5', 'wget', '-q', '-O', '-', url];
    const asked = await tryDocker(['exec', from, ...fetching]);
    if (asked.stdout === 'hello from the host\n') return;
    throw new StepError(
      `${from} cannot fetch ${url} from the host (wget ended with ${asked.code}): ${asked.stderr.trim()}`,
      {
        remedy:
          'does a firewall of this host refuse new connections? "iptables -S INPUT" and "nft list ruleset" show it',
      },
    );
  } finally {
    server.close();
  }
}

/** Draws what runs. @throws StepError */
export async function drawPicture() {
  const where = status.replace('http://', '');
  await run(process.execPath, [paths.graph, '-o', paths.picture, '--status-addrs', where], {
    timeoutMs: 30_000,
    remedy: `does "curl ${status}/topology.json" answer?`,
  });
  if (!existsSync(paths.picture)) throw new StepError(`${paths.picture} was not written`);
  return paths.picture;
}
