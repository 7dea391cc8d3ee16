import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DhcpError } from './error.ts';

/** Locations of the script: next to the built code, and for code that runs from source. */
const places = ['./udhcpc-event.sh', '../assets/udhcpc-event.sh'];

/**
 * Returns the path of the event script in this package. There is no fallback to udhcpc's default script, because the
 * script in Debian writes the host's /etc/resolv.conf.
 *
 * @throws DhcpError `SCRIPT_MISSING` when the script is missing or not executable.
 */
export function findScript(
  name: string,
  access: (path: string, mode: number) => void = accessSync,
  base: string = import.meta.url,
): string {
  let cause: unknown;
  for (const place of places) {
    const path = fileURLToPath(new URL(place, base));
    try {
      access(path, constants.X_OK);
      return path;
    } catch (error) {
      cause ??= error;
    }
  }
  const message = `No DHCP client for ${name}: udhcpc-event.sh of @dovesnap/dhcp-supervisor is missing or not executable`;
  throw new DhcpError('SCRIPT_MISSING', message, name, cause);
}
