#!/usr/bin/env node
import { fromGraphDovesnap } from './legacy-options.ts';
import { processEdges } from './process-edges.ts';
import { runCli } from './run-cli.ts';

const edges = await processEdges();
const args = fromGraphDovesnap(process.argv.slice(2));
if (typeof args === 'string') edges.complain(`graph_dovesnap: ${args}\n`);
process.exitCode = typeof args === 'string' ? 2 : await runCli(args, edges);
