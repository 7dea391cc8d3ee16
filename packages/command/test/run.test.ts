import { tmpdir } from 'node:os';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { CommandError, run, spawn } from '../src/index.ts';

const failure = (promise: Promise<unknown>): Promise<CommandError> =>
  promise.then(
    () => expect.fail('the program succeeded'),
    (error: unknown) => (error instanceof CommandError ? error : expect.fail(String(error))),
  );

test('gives back what the program printed, to the last newline', async () => {
  const result = await run('sh', ['-c', 'printf "a\\n\\n"; printf b >&2']);
  expect(result).toEqual({ stdout: 'a\n\n', stderr: 'b' });
});

test('passes arguments as they are, without a shell', async () => {
  const { stdout } = await run('printf', ['%s|', '$HOME', 'a b', '; true', "'"]);
  expect(stdout).toBe("$HOME|a b|; true|'|");
});

test('feeds the input, and an empty one by default', async () => {
  expect((await run('cat', [], { input: 'text' })).stdout).toBe('text');
  expect((await run('cat', [])).stdout).toBe('');
});

test('succeeds when the program ends without reading its input', async () => {
  await expect(run('true', [], { input: 'x'.repeat(1_000_000) })).resolves.toBeDefined();
});

test('gives the program exactly the environment and folder that were asked for', async () => {
  const env = { ONLY: 'this', PATH: '/usr/bin:/bin' };
  const { stdout } = await run('env', [], { env });
  expect(stdout.trim().split('\n').sort()).toEqual(['ONLY=this', 'PATH=/usr/bin:/bin']);
  expect((await run('pwd', ['-P'], { cwd: tmpdir() })).stdout.trim()).toBe(tmpdir());
});

test('names program, exit code and what it said when it fails', async () => {
  const error = await failure(run('sh', ['-c', 'echo out; echo no such link >&2; exit 3']));
  expect(error).toMatchObject({
    name: 'CommandError',
    code: 'EXIT',
    exitCode: 3,
    argv: ['sh', '-c', 'echo out; echo no such link >&2; exit 3'],
    stdout: 'out\n',
    stderr: 'no such link\n',
  });
  expect(error.message).toMatch(/^sh -c 'echo out.*' exited with 3: no such link$/);
});

test('names the signal that ended the program', async () => {
  const error = await failure(run('sh', ['-c', 'kill -9 $$']));
  expect(error.code).toBe('EXIT');
  expect(error.message).toContain('was ended by SIGKILL');
});

test('says NOT_FOUND for a program that is not installed or cannot be executed', async () => {
  const absent = await failure(run('no-such-program', ['-x']));
  expect(absent.code).toBe('NOT_FOUND');
  expect(absent.message).toBe('no-such-program is not installed (running no-such-program -x)');
  expect((await failure(run('/etc/passwd', []))).code).toBe('NOT_FOUND');
});

test('says so when the working folder is missing, which is not the program missing', async () => {
  const error = await failure(run('true', [], { cwd: '/no/such/folder' }));
  expect(error.code).toBe('NOT_FOUND');
  expect(error.message).toContain('/no/such/folder');
});

test('kills a program at its deadline, even one that ignores SIGTERM or has children', async () => {
  const started = performance.now();
  const script = 'trap "" TERM; sleep 30 & echo $!; wait; sleep 30';
  const error = await failure(run('sh', ['-c', script], { deadline: 200 }));
  process.kill(Number(error.stdout), 'SIGKILL');
  expect(error.code).toBe('TIMEOUT');
  expect(error.message).toContain('took more than 200 ms');
  expect(performance.now() - started).toBeLessThan(2000);
});

test('does not start a program whose deadline has passed', async () => {
  const error = await failure(run('no-such-program', [], { deadline: 0 }));
  expect(error.code).toBe('TIMEOUT');
});

test('kills a program when its signal fires', async () => {
  const controller = new AbortController();
  const running = failure(run('sleep', ['30'], { signal: controller.signal }));
  controller.abort();
  expect((await running).code).toBe('ABORTED');
});

test('says ABORTED when the signal had fired before', async () => {
  const error = await failure(run('sleep', ['30'], { signal: AbortSignal.abort() }));
  expect(error.code).toBe('ABORTED');
});

test('names the signal that ended a program as a field', async () => {
  const error = await failure(run('sh', ['-c', 'kill -TERM $$']));
  expect(error).toMatchObject({ code: 'EXIT', signal: 'SIGTERM', exitCode: undefined });
  const late = await failure(run('sleep', ['9'], { deadline: 20 }));
  expect(late).toMatchObject({ code: 'TIMEOUT', signal: 'SIGKILL' });
  const plain = await failure(run('sh', ['-c', 'exit 3']));
  expect(plain).toMatchObject({ code: 'EXIT', signal: undefined, exitCode: 3 });
});

test.each([
  ['an argument', 'echo', ['a\0b'], {}],
  ['the name of a program', 'ec\0ho', [], {}],
  ['the working folder', 'echo', [], { cwd: '/t\0mp' }],
  ['a variable', 'echo', [], { env: { A: 'a\0b' } }],
  ['the name of a variable', 'echo', [], { env: { 'A\0': 'a' } }],
] as const)(
  'refuses a NUL byte in %s before anything is run',
  async (what, file, args, options) => {
    const error = {
      code: 'BAD_ARGUMENT',
      message: expect.stringContaining(`${what} contains a NUL byte`),
    };
    expect(await failure(run(file, args, options))).toMatchObject(error);
    const child = spawn(file, args, options);
    await expect(child.exited).rejects.toMatchObject(error);
    await child.close();
    expect(child.pid).toBeUndefined();
  },
);

test('says BAD_ARGUMENT of what no program can be given', async () => {
  // Linux takes 128 KiB in one argument (MAX_ARG_STRLEN).
  const long = 'x'.repeat(200_000);
  for (const [file, args] of [
    ['', []],
    ['echo', [long]],
  ] as const) {
    expect(await failure(run(file, args))).toMatchObject({ code: 'BAD_ARGUMENT' });
    await expect(spawn(file, args).exited).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
  }
});

test('says NOT_FOUND of a path through a file, and of a file that is no program', async () => {
  expect(await failure(run('/etc/passwd/x', []))).toMatchObject({ code: 'NOT_FOUND' });
});

test('keeps secrets out of all that an error shows', async () => {
  const secrets = ['hunter2', "it's", ''];
  const shown = async (...args: readonly string[]): Promise<string> => {
    const [file = '', ...rest] = args;
    const error = await failure(run(file, rest, { secrets, deadline: 2000 }));
    return `${error.message} ${inspect(error, { depth: 9, showHidden: true })}`;
  };
  const texts = [
    await shown('sh', '-c', 'echo "no hunter2 here" >&2; echo hunter2; exit 1'),
    await shown('sh', '-c', 'echo "$1" >&2; echo "$0"; exit 1', 'p=hunter2', "it's"),
    await shown('nosuch-hunter2', '--password=hunter2', "it's"),
    await shown('echo', 'hunter2\0'),
  ];
  for (const text of texts) expect(text).not.toMatch(/hunter2|it's|it'\\''s/);
  expect(texts[1]).toContain('exited with 1: ***');
  const child = spawn('nosuch', ['hunter2'], { secrets });
  const error = await failure(child.exited);
  expect(inspect(error, { depth: 9 })).not.toContain('hunter2');
  expect(error.argv).toEqual(['nosuch', '***']);
});
