import { startGuest } from './guest.mjs';
import { kernelFiles, patience } from './kernel-lane.mjs';
import { rebootWithoutUnits, rebootWithUnits, upOnKernel } from './kernel-reboot.mjs';
import { ensureKernelRoot, installEmulator, makeImage } from './kernel-root.mjs';
import { root as repository } from './paths.mjs';
import { runInside } from './run-suite.mjs';
import { explainFailure, takeStep, takeSteps } from './step.mjs';
import { projectFolder } from './suite-project.mjs';
import { resultFile } from './suite-task.mjs';
import { addTallies, failure, success } from './tally.mjs';

/** @typedef {import('./tally.mjs').Tally} Tally */
/** @typedef {import('./guest.mjs').Guest} Guest */

/**
 * What can be asked for by name; what is not a name is a part of the paths of the tests wanted. Without a word: all but the
 * bench.
 *
 * @type {Readonly<Record<string, (guest: Guest) => Promise<Tally>>>}
 */
export const kernelParts = {
  reboot: runReboot,
  tests: (guest) => runTests(guest, kernelFiles),
  bench: runBench,
};

/**
 * Runs the product on a real kernel's datapath, in a machine that QEMU emulates.
 *
 * @param {readonly string[]} asked
 * @returns {Promise<Tally>}
 */
export async function runKernel(asked) {
  const parts = asked.filter((word) => word in kernelParts);
  const files = asked.filter((word) => !(word in kernelParts));
  /** @type {Guest | undefined} */
  let guest;
  /** @type {Awaited<ReturnType<typeof makeImage>> | undefined} */
  let image;
  let root = '';
  const stopped = await takeSteps([
    { title: 'Install the emulator', act: installEmulator },
    {
      title: 'Make a root with a kernel',
      act: async () => {
        root = await ensureKernelRoot();
        return root;
      },
    },
    {
      title: 'Set up in it',
      loud: true,
      act: () => runInside(root, ['scripts/setup.mjs'], 'machine'),
    },
    {
      title: 'Make a disk of it',
      act: async () => {
        image = await makeImage(root);
      },
    },
    {
      title: 'Boot it',
      act: async () => {
        if (image !== undefined) guest = await startGuest(image);
      },
    },
  ]);
  if (stopped !== undefined || guest === undefined) {
    console.log(explainFailure(stopped?.title ?? 'Boot it', stopped?.error));
    return failure(`kernel: ${stopped?.title}`);
  }
  try {
    const wanted = asked.length === 0 ? ['reboot', 'tests'] : parts;
    /** @type {Tally[]} */
    const tallies = [];
    for (const part of wanted) tallies.push((await kernelParts[part]?.(guest)) ?? success);
    if (files.length > 0) tallies.push(await runTests(guest, files));
    return addTallies(tallies);
  } finally {
    await guest.close();
  }
}

/** @param {Guest} guest @returns {Promise<Tally>} */
async function runReboot(guest) {
  return addTallies([
    await check('npm run up uses the datapath of the kernel', () => upOnKernel(guest)),
    await check('npm run up has all back after a reboot', () => rebootWithoutUnits(guest)),
    await check('containers with --restart always are on their networks after a reboot', () =>
      rebootWithUnits(guest),
    ),
    await check('npm run down stops everything', async () => {
      await guest.run('npm', ['run', 'down'], { cwd: projectFolder, show: true });
    }),
  ]);
}

/** @param {Guest} guest @param {readonly string[]} files @returns {Promise<Tally>} */
async function runTests(guest, files) {
  const result = resultFile.replace(repository, projectFolder);
  /** @type {Tally} */
  let tally = failure('kernel: the tests did not run');
  const error = await takeStep('Run the tests in the guest', {
    title: 'Run the tests in the guest',
    loud: true,
    act: async () => {
      await guest.run('modprobe', ['openvswitch']);
      await guest.attempt('rm', ['-f', result]);
      await guest.attempt('node', ['scripts/suite-inside.mjs', ...files], {
        cwd: projectFolder,
        // One file at a time, as in CI: two make each other late here more than anywhere.
        env: { DOVESNAP_TEST_PATIENCE: patience, CI: 'true' },
        show: true,
      });
      const { failures, ...counts } = JSON.parse(await guest.run('cat', [result]));
      tally = {
        ...counts,
        failures: failures.map((/** @type {string} */ line) => `kernel: ${line}`),
      };
    },
  });
  if (error !== undefined) console.log(explainFailure('Run the tests in the guest', error));
  return tally;
}

/** Few rounds: only their ratios mean something here. @param {Guest} guest @returns {Promise<Tally>} */
async function runBench(guest) {
  const flags = ['--only', 'attach,throughput', '--rounds', '5', '--streams', '3'];
  return check('the bench runs in the guest', async () => {
    await guest.run('node', ['bench/run.mjs', ...flags], {
      cwd: projectFolder,
      env: { DOVESNAP_TEST_PATIENCE: patience },
      show: true,
    });
  });
}

/** @param {string} title @param {() => Promise<void>} act @returns {Promise<Tally>} */
async function check(title, act) {
  const error = await takeStep(title, { title, act, loud: true });
  if (error === undefined) return success;
  console.log(explainFailure(title, error));
  return failure(`kernel: ${title}`);
}
