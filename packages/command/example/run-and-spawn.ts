import { CommandError, run, spawn } from '@dovesnap/command';

const { stdout } = await run('sort', ['-n'], { input: '10\n9\n', deadline: 1000 });
console.log(stdout.trim().split('\n'));

try {
  await run('sleep', ['10'], { deadline: 50 });
} catch (error) {
  if (error instanceof CommandError) console.log(error.code, error.message);
}

const child = spawn('sh', ['-c', 'echo ready; exec sleep 10']);
for await (const line of child.lines) {
  console.log(line);
  await child.close();
}
console.log(await child.exited);
