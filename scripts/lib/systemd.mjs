import { existsSync } from 'node:fs';

/** Whether systemd is process 1 (sd_booted(3)). */
export function hasSystemd() {
  return existsSync('/run/systemd/system');
}
