import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StepError } from './step-error.mjs';

/**
 * A change of the daemon that brings back a race which was mended once.
 *
 * @typedef {object} Mutation
 * @property {string} name
 * @property {string} race what went wrong, and the commit that mended it
 * @property {string} file in `apps/dovesnapd/src`
 * @property {string} before what the file says, exactly once
 * @property {string} after what it says instead
 * @property {'ports'} [walks] the race is in what happens to a port, and needs no world around it: walks over ports find it
 */

/** @type {readonly Mutation[]} */
export const mutations = [
  {
    name: 'pending-port-up',
    race: 'a port that the pool had raised stayed up while its endpoint was pending (307ea7b)',
    file: 'services/pool/ready-ports.ts',
    before: "mine.filter(({ phase }) => phase !== 'open')",
    after: 'mine.filter(({ endpoint }) => endpoint === undefined)',
  },
  {
    name: 'rebuilt-from-docker',
    race: 'a daemon that started while the database was away rebuilt its networks from Docker (307ea7b)',
    file: 'services/reconcile/docker-survey.ts',
    before:
      "if (!registry.isComplete) throw new DovesnapError('OVS_AWAY', 'Open vSwitch is away');",
    after: '',
  },
  {
    name: 'removed-network-back',
    race: 'a network that was removed while the database was away was taken up again (307ea7b)',
    file: 'services/networks/adopt-networks.ts',
    before: 'if (registry.isLeaving(kept.networkId)) continue;',
    after: '',
  },
  {
    name: 'late-refused-removal',
    race: 'a removal that Faucet refused late was never tried again (307ea7b)',
    file: 'services/faucet/remove-datapath.ts',
    before: 'if (written.confirmed) return;',
    after: 'if (written !== undefined) return;',
  },
  {
    name: 'opening-outlives-endpoint',
    race: 'an attempt went on to open a port whose container had left (c8e7c97)',
    file: 'services/endpoints/attachments.ts',
    before: 'await late.stop(endpoint);\n    await close(network, port);',
    after: 'await close(network, port);',
  },
  {
    name: 'late-answer-counts',
    race: 'an answer to an earlier attempt to open a port was taken for one to the current attempt (84a7304)',
    file: 'domain/port-life.ts',
    before: "if ('attempt' in event && event.attempt !== port.attempt) return undefined;",
    after: '',
    walks: 'ports',
  },
  {
    name: 'record-cleared-first',
    race: 'a repair wrote an endpoint that was gone into its record again (b656d4c)',
    file: 'services/endpoints/attachments.ts',
    before: 'const givenBack = pool.giveBack(network, port);',
    after:
      'await commitRecords(parts, network, [port]);\n    const givenBack = pool.giveBack(network, port);',
  },
  {
    name: 'old-veth-stays',
    race: 'a port was rebuilt from the veth that a rebuild that was cut off had left (4a44192)',
    file: 'services/pool/rebuild-ports.ts',
    before: '...fresh.map((port) => removeLink(port.hostLink)),',
    after: '',
  },
  {
    name: 'open-through-drift',
    race: 'a port stayed open while its entry in faucet.yaml was put right (69fbcd7)',
    file: 'services/upkeep/drift-repair.ts',
    before:
      'await Promise.all(ports.map((port) => suspendPort(parts, attachments, network, port, reason)));',
    after: '',
  },
  {
    name: 'moved-and-still-there',
    race: 'an endpoint that moved to another port kept the old one (47de832)',
    file: 'services/pool/pool.ts',
    before: "tellPort(port, { kind: 'moved-out' });",
    after: '',
  },
  {
    name: 'mirrored-when-raised',
    race: 'a port that left Faucet to be mirrored was raised while the switch still had its flows (8af96bc)',
    file: 'services/pool/prepare-port.ts',
    before: 'await parts.ofctl.deleteFlows(network.spec.bridge, [filter]);',
    after: '',
  },
  {
    name: 'removed-while-listed',
    race: 'a network that was removed while Docker told of it was rebuilt for good (6538eee)',
    file: 'services/reconcile/docker-watch.ts',
    before: 'const isUnsure = surplus?.isUnsure === true || isRebuilt;',
    after: 'const isUnsure = surplus?.isUnsure === true;',
  },
  {
    name: 'drift-not-rewritten',
    race: 'flows of before somebody changed faucet.yaml were taken as proof that it is put right (69fbcd7)',
    file: 'services/endpoints/suspend-port.ts',
    before:
      "await attachments.suspend(network, port, reason);\n    tellPort(port, { kind: 'doubted' });",
    after: 'await attachments.suspend(network, port, reason);',
  },
  {
    name: 'one-look-at-docker',
    race: 'what Docker takes down in its own time was looked at once, too early (ee6aafd)',
    file: 'services/reconcile/docker-watch.ts',
    before: 'if (earlier === undefined || isSettled(earlier)) return;',
    after: 'if (earlier !== undefined) return;',
  },
  {
    name: 'no-turn-of-the-pool',
    race: "several pieces of work changed a bridge's ports at once (7ec9c56)",
    file: 'services/core/pool-turn.ts',
    before: 'return turns.take(',
    after: 'return ((_turn: unknown, act: () => Promise<T>) => act())(',
  },
  {
    name: 'goes-on-without-network',
    race: 'work for a network went on after it was told to go (a9ed0b7)',
    file: 'services/networks/networks.ts',
    before:
      "network.life.abort(new DovesnapError('UNKNOWN_NETWORK', 'the network is being removed'));",
    after: '',
  },
];

/**
 * Makes a file of the daemon with a mutation; answers its path, what it says and what it says then.
 *
 * @param {string} project
 * @param {Mutation} mutation
 * @throws StepError when the file does not have what is to be changed, or has it twice
 */
export async function mutate(project, { name, file, before, after }) {
  const path = join(project, 'apps/dovesnapd/src', file);
  const original = await readFile(path, 'utf8').catch(() => '');
  const count = original.split(before).length - 1;
  if (count === 1) return { path, original, text: original.replace(before, () => after) };
  const found = count === 0 ? 'does not say' : `says ${count} times`;
  throw new StepError(`mutation ${name}: apps/dovesnapd/src/${file} ${found}\n${before}`, {
    remedy:
      'the code has changed: let the mutation in scripts/lib/mutations.mjs bring the race back where it is mended now',
  });
}
