import { type Run, run as runHere } from '@dovesnap/command';

export const uptime = async (run: Run = runHere): Promise<string> =>
  (await run('uptime', [])).stdout;
