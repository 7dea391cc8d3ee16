import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyProject } from './lib/copy-project.mjs';
import { mutate, mutations } from './lib/mutations.mjs';
import { attempt, run } from './lib/program.mjs';
import { StepError } from './lib/step-error.mjs';

// Brings races back that were mended once, one at a time and in a copy, and walks through the world, or over ports alone,
// until a walk finds the race: npm run mutations [-- [--walks=100] [--steps=N] [WORD...]], a word of a mutation's name.
const walkPrograms = {
  world: new URL('../apps/dovesnapd/test/world/walk-program.ts', import.meta.url),
  ports: new URL('../apps/dovesnapd/test/domain/port-walk-program.ts', import.meta.url),
};

/** A walk that has not ended by then goes round in circles. */
const longestMs = 1_200_000;

/**
 * @param {string} project
 * @param {URL} walkProgram
 * @param {{ walks: string, steps: readonly string[] }} limits
 */
async function walksUntilFound(project, walkProgram, { walks, steps }) {
  const entry = walkProgram.pathname.slice(walkProgram.pathname.indexOf('/apps/') + 1);
  const flags = ['--format=cjs', '--no-config', '--silent', `--out-dir=${join(project, 'walk')}`];
  const tsup = join(project, 'node_modules/tsup/dist/cli-default.js');
  await run(process.execPath, [tsup, `--entry.main=${entry}`, ...flags], { cwd: project });
  const program = "require('./walk/main.cjs').main(...process.argv.slice(1))";
  const { code, stdout, stderr } = await attempt(
    process.execPath,
    ['--eval', program, '1', walks, ...steps],
    { cwd: project, timeoutMs: longestMs },
  );
  const walked = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => /** @type {{ seed: number, wrong?: string }} */ (JSON.parse(line)));
  const last = walked.at(-1);
  if (last?.wrong !== undefined) return { seeds: last.seed, wrong: last.wrong };
  if (code === 0) return undefined;
  const why = code === 124 ? 'the walk does not end' : stderr.trim().split('\n').at(-1);
  return { seeds: walked.length + 1, wrong: why ?? `the walk ended with ${code}` };
}

/** @param {readonly string[]} args */
function readArguments(args) {
  const limits = { walks: '100', steps: /** @type {string[]} */ ([]) };
  /** @type {string[]} */
  const words = [];
  for (const arg of args) {
    const [, key, value] = /^--(walks|steps)=(\d+)$/.exec(arg) ?? [];
    if (key === 'walks') limits.walks = String(value);
    else if (key === 'steps') limits.steps = [String(value)];
    else words.push(arg);
  }
  const wanted = mutations.filter(
    ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
  );
  return { limits, wanted };
}

async function main() {
  const { limits, wanted } = readArguments(process.argv.slice(2));
  const project = await mkdtemp(join(tmpdir(), 'dovesnap-mutations-'));
  try {
    await copyProject(project);
    // All of them before the first walk: one that is out of date is told at once.
    for (const mutation of wanted) await mutate(project, mutation);
    let missed = 0;
    console.log('| mutation | seeds | what the walk said |\n| --- | ---: | --- |');
    for (const mutation of wanted) {
      const { path, text, original } = await mutate(project, mutation);
      await writeFile(path, text);
      const found = await walksUntilFound(project, walkPrograms[mutation.walks ?? 'world'], limits);
      await writeFile(path, original);
      if (found === undefined) missed += 1;
      const { seeds, wrong } = found ?? { seeds: `> ${limits.walks}`, wrong: 'not found' };
      console.log(`| ${mutation.name} | ${seeds} | ${wrong.split('\n')[0]} |`);
    }
    if (missed > 0) throw new StepError(`${missed} of ${wanted.length} mutations were not found`);
  } finally {
    await rm(project, { recursive: true });
  }
}

await main().catch((error) => {
  if (!(error instanceof StepError)) throw error;
  console.error(`${error.message}\n${error.remedy ?? ''}`.trimEnd());
  process.exitCode = 1;
});
