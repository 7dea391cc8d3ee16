/** What a port asks for that is to be mirrored. */
export const mirrored: ReadonlyMap<string, true> = new Map([['mirror', true]]);
