import { operatorUnits } from './guest-units.mjs';
import { waitFor } from './process.mjs';
import { StepError } from './step-error.mjs';
import { projectFolder } from './suite-project.mjs';

/** @typedef {import('./guest.mjs').Guest} Guest */

const network = 'lab';
const open = ['one', 'two'];
const denied = 'locked';
const comesBackMs = 1_200_000;

/**
 * Runs `npm run up` on the kernel's datapath.
 *
 * @param {Guest} guest
 * @throws StepError
 */
export async function upOnKernel(guest) {
  await up(guest);
  await expectKernelDatapath(guest);
}

/**
 * Boots a machine whose operator starts everything by hand: `npm run up` has it back.
 *
 * @param {Guest} guest in which `upOnKernel` was run
 * @throws StepError
 */
export async function rebootWithoutUnits(guest) {
  await guest.reboot();
  await up(guest);
  await expectKernelDatapath(guest);
}

/**
 * Boots a machine on which the daemon starts before Docker: containers with `--restart always` are on their networks,
 * each under its own policy.
 *
 * @param {Guest} guest in which `upOnKernel` was run
 * @throws StepError
 */
export async function rebootWithUnits(guest) {
  for (const [name, text] of Object.entries(operatorUnits(projectFolder))) {
    await guest.run('tee', [`/etc/systemd/system/${name}`], { text });
    await guest.run('systemctl', ['enable', name]);
  }
  await guest.run('docker', ['network', 'create', '-d', 'dovesnap', network]);
  for (const name of open) await startContainer(guest, name, []);
  await startContainer(guest, denied, ['--label', 'dovesnap.faucet.portacl=deny-all']);
  await expectPolicies(guest);
  await guest.reboot();
  await waitFor('three open ports', async () => (await openPorts(guest)) === 3, {
    deadlineMs: comesBackMs,
  });
  await expectKernelDatapath(guest);
  await expectPolicies(guest);
  await guest.run('docker', ['rm', '--force', ...open, denied]);
  await guest.run('docker', ['network', 'rm', network]);
}

/** @param {Guest} guest */
async function up(guest) {
  const { code } = await guest.attempt('npm', ['run', 'up'], { cwd: projectFolder, show: true });
  if (code !== 0) throw new StepError(`"npm run up" ended with ${code}`);
}

/** @param {Guest} guest @param {string} name @param {readonly string[]} flags */
async function startContainer(guest, name, flags) {
  const options = ['--detach', '--restart', 'always', '--stop-signal', 'KILL', '--name', name];
  const image = ['busybox', 'sleep', '100000'];
  await guest.run('docker', ['run', ...options, '--network', network, ...flags, ...image]);
}

/** @param {Guest} guest */
async function expectKernelDatapath(guest) {
  const types = await guest.run('ovs-vsctl', [
    '--columns=datapath_type',
    '--bare',
    'list',
    'Bridge',
  ]);
  const found = [...new Set(types.split('\n').filter((line) => line !== ''))];
  if (found.join() !== 'system') {
    throw new StepError(`bridges are on the datapath "${found.join(', ')}", not on the kernel's`);
  }
}

/** How many ports of the network are open. @param {Guest} guest */
async function openPorts(guest) {
  const url = 'http://127.0.0.1:9401/networks';
  const { code, stdout } = await guest.attempt('busybox', ['wget', '-q', '-O', '-', url]);
  if (code !== 0) return 0;
  /** @type {Record<string, { NetworkName: string, Endpoints: Record<string, { State: string }> }>} */
  const shown = JSON.parse(stdout);
  const found = Object.values(shown).find(({ NetworkName }) => NetworkName === network);
  return Object.values(found?.Endpoints ?? {}).filter(({ State }) => State === 'open').length;
}

/** @param {Guest} guest */
async function expectPolicies(guest) {
  const [one = '', two = ''] = open;
  if (!(await reaches(guest, one, two))) throw new StepError(`${one} does not reach ${two}`);
  if (await reaches(guest, denied, two)) throw new StepError(`${denied} reaches ${two}`);
}

/** @param {Guest} guest @param {string} from @param {string} to */
async function reaches(guest, from, to) {
  const format = `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`;
  const address = await guest.run('docker', ['inspect', '--format', format, to]);
  const ping = ['exec', from, 'ping', '-c', '3', '-W', '2', address];
  return (await guest.attempt('docker', ping)).code === 0;
}
