import type { Host } from './host.ts';

/**
 * Sends TCP from one container to another for one second, with the machine's iperf3; `flags` may change that. Returns
 * the received bits per second.
 */
export async function throughput(
  host: Host,
  from: string,
  to: string,
  network: string,
  flags: readonly string[] = [],
): Promise<number> {
  const [client, server] = await Promise.all([enter(host, from), enter(host, to)]);
  const [program = '', ...into] = server;
  const listening = await host.spawn(program, [
    ...into,
    'iperf3',
    '--server',
    '--one-off',
    '--forceflush',
  ]);
  await listening.output.waitFor(({ text }) => text.includes('listening'));
  const [run = '', ...inside] = client;
  const format = `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`;
  const address = await host.docker('inspect', '--format', format, to);
  const { stdout } = await host.run(run, [
    ...inside,
    ...['iperf3', '--json', '--time', '1', '--connect-timeout', '10000', '--client', address],
    ...flags,
  ]);
  await listening.exited;
  const report = JSON.parse(stdout) as { end: Record<string, { bits_per_second: number }> };
  return (report.end.sum_received ?? report.end.sum)?.bits_per_second ?? Number.NaN;
}

/** Returns the program and arguments that run the program appended to them in a container's network namespace. */
async function enter(host: Host, container: string): Promise<readonly string[]> {
  const pid = await host.docker('inspect', '--format', '{{.State.Pid}}', container);
  return ['nsenter', `--net=/proc/${pid}/ns/net`, '--'];
}
