import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { troubles } from './call-times.ts';
import { type Plan, parseFlags, usage } from './flags.ts';
import { openLab, openNetworks } from './lab.ts';
import { machineFacts } from './machine.ts';
import { measureAttach } from './measure-attach.ts';
import { measureMemory } from './measure-memory.ts';
import { measureMicro } from './measure-micro.ts';
import { measureParallel } from './measure-parallel.ts';
import { measureScale } from './measure-scale.ts';
import { measureThroughput } from './measure-throughput.ts';
import { renderReport } from './report.ts';
import { replaceMeasured } from './results-file.ts';
import { renderSection, type Section } from './table.ts';

const resultsFile = fileURLToPath(new URL('../RESULTS.md', import.meta.url));

const argv = process.argv.slice(2);
if (argv.includes('--help')) console.log(usage);
else await bench(parseFlags(argv));

/** Measures, prints each table as soon as it is there, and writes them all down. */
async function bench(plan: Plan): Promise<void> {
  const sections: Section[] = [];
  const tell = (...some: readonly Section[]): void => {
    sections.push(...some);
    for (const section of some) console.log(`\n${renderSection(section)}`);
  };
  const host = await openLab();
  try {
    const facts = await machineFacts(host);
    if (plan.only.includes('attach') || plan.only.includes('parallel')) {
      const peers = await openNetworks(host);
      if (plan.only.includes('attach')) tell(await measureAttach(host, peers, plan));
      if (plan.only.includes('parallel')) tell(await measureParallel(host, plan));
    }
    if (plan.only.includes('throughput')) tell(await measureThroughput(host, plan));
    if (plan.only.includes('scale')) tell(...(await measureScale(host, plan, console.log)));
    if (plan.only.includes('memory')) tell(await measureMemory(plan, console.log));
    if (plan.only.includes('micro')) tell(await measureMicro(plan));
    if (plan.keep)
      await keep(
        renderReport(
          ['npm run bench', ...(argv.length === 0 ? [] : ['--', ...argv])].join(' '),
          facts,
          sections,
        ),
      );
  } catch (error) {
    for (const line of troubles(host.daemon.logs.entries).slice(-20))
      console.log(`dovesnapd: ${line}`);
    throw error;
  } finally {
    await host.close();
  }
}

async function keep(report: string): Promise<void> {
  const existing = await readFile(resultsFile, 'utf8').catch(() => '');
  await writeFile(resultsFile, replaceMeasured(existing, report));
  console.log(
    `\nWritten to ${resultsFile}; why goals are met or not is kept by hand below the tables.`,
  );
}
