import { OvsError, type OvsErrorDetails } from '../error.ts';

/** The longest name of a Linux network device, in bytes (IFNAMSIZ of linux/if.h, less the terminating zero). */
const longestName = 15;

/**
 * Checks that a name is valid for a Linux network device (`dev_valid_name` of net/core/dev.c). Open vSwitch 3.1.0
 * silently truncates a longer name, so that the device's name differs from its port's.
 * @throws OvsError `BAD_NAME`.
 */
export function checkDeviceName(name: string, subject: Subject = { port: name }): void {
  const why = whyNot(name);
  if (why === undefined) return;
  const message = `${JSON.stringify(name)} cannot be the name of a network device: ${why}`;
  throw new OvsError('BAD_NAME', message, subject);
}

type Subject = Pick<OvsErrorDetails, 'bridge' | 'port'>;

/**
 * Returns whether a port of this type is a network device of the same name. Tunnels and patch ports are not, and may
 * have longer names.
 */
export function isDevice(type = ''): boolean {
  return ['', 'system', 'internal', 'tap'].includes(type);
}

function whyNot(name: string): string | undefined {
  const bytes = Buffer.byteLength(name);
  if (bytes > longestName) return `it has ${bytes} bytes, and at most ${longestName} are allowed`;
  if (name === '') return 'it is empty';
  if (name === '.' || name === '..') return 'Linux reserves it';
  return /[\s/:\0]/.test(name) ? 'it contains a space, a slash, a colon or a NUL byte' : undefined;
}
