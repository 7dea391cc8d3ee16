/**
 * What is said through the virtio port between the machine and the guest that it emulates: one JSON object a line.
 *
 * @typedef {object} Command from the machine: a program to run
 * @property {number} id
 * @property {string} file
 * @property {readonly string[]} args
 * @property {string} [cwd]
 * @property {Readonly<Record<string, string>>} [env]
 * @property {string} [text] its standard input
 *
 * @typedef {{ boot: string }} Booted from the guest, once it takes commands: which boot this is
 * @typedef {{ id: number, stream: 'stdout' | 'stderr', text: string }} Output
 * @typedef {{ id: number, code: number }} Ended the exit code; 127: no such program, 128: ended by a signal
 * @typedef {Booted | Output | Ended} Message
 */

/** Name of the virtio port. */
export const portName = 'dovesnap.commands';
