#!/usr/bin/env node
import { processEdges } from './process-edges.ts';
import { runCli } from './run-cli.ts';

process.exitCode = await runCli(process.argv.slice(2), await processEdges());
