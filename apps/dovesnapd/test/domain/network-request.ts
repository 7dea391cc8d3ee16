import { expect } from 'vitest';
import { DovesnapError } from '../../src/domain/error.ts';
import { parseNetworkRequest } from '../../src/domain/network-options.ts';
import type { CreateNetworkRequest } from '../../src/protocol/network-driver.ts';

/** A network id of Docker's form. */
export const NETWORK_ID = `ee8b1c2d3e4f${'0'.repeat(52)}`;

/** A CreateNetwork request with these `-o` options; what is given beside them differs. */
export function request(
  options: Readonly<Record<string, unknown>>,
  rest: Partial<CreateNetworkRequest> & { top?: Record<string, unknown> } = {},
): CreateNetworkRequest {
  return {
    NetworkID: NETWORK_ID,
    Options: { 'com.docker.network.generic': options, ...rest.top },
    IPv4Data: rest.IPv4Data ?? [{ Pool: '10.9.0.0/24', Gateway: '10.9.0.1/24' }],
    IPv6Data: rest.IPv6Data ?? [],
  };
}

/** What these options make of a network. */
export function spec(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { ...parseNetworkRequest(request(options)).spec };
}

/** What a call is refused with. */
export function refusal(call: () => unknown): { code: string; message: string } {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(DovesnapError);
    const { code, message } = error as DovesnapError;
    return { code, message };
  }
  throw new Error('nothing was refused');
}
