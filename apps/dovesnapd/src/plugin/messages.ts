import { z } from 'zod';
import { parseCidr } from '../domain/cidr.ts';
import { DovesnapError } from '../domain/error.ts';
import type {
  CheckGatewayRequest,
  CreateEndpointRequest,
  CreateNetworkRequest,
  EndpointRequest,
  JoinRequest,
  NetworkRequest,
} from '../protocol/network-driver.ts';

/*
 * Docker's requests. Fields that are not listed here are dropped, so that newer engines work too. Go's nil lists and
 * maps arrive as null. Ids become parts of names and paths, so anything that is not an id is refused.
 */
const id = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits');
const cidr = z
  .string()
  .refine((text) => parseCidr(text) !== undefined, 'must be an address with a prefix length');
const cidrOrNone = z.literal('').or(cidr);
const mac = z
  .string()
  .regex(/^([0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5})?$/, 'must be a MAC address or empty');
const path = z
  .string()
  .max(4096)
  .regex(/^(\/[^\0]*)?$/, 'must be an absolute path');
const options = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => value ?? {});
const none = z
  .null()
  .optional()
  .transform(() => '');

const pool = z.object({
  AddressSpace: z.string().optional(),
  Pool: cidr,
  Gateway: cidrOrNone.optional(),
  AuxAddresses: z
    .record(z.string(), cidr)
    .nullish()
    .transform((value) => value ?? undefined),
});
const pools = z
  .array(pool)
  .nullish()
  .transform((value) => value ?? []);
const endpointIds = { NetworkID: id, EndpointID: id };
const sandbox = { SandboxKey: path.or(none), Options: options };

/** Checked requests, by call. Calls whose content is not used are absent. */
export const REQUESTS: {
  readonly CheckGateway: z.ZodType<CheckGatewayRequest>;
  readonly CreateNetwork: z.ZodType<CreateNetworkRequest>;
  readonly Network: z.ZodType<NetworkRequest>;
  readonly CreateEndpoint: z.ZodType<CreateEndpointRequest>;
  readonly Join: z.ZodType<JoinRequest>;
  readonly Endpoint: z.ZodType<EndpointRequest>;
} = {
  CheckGateway: z.object({ Options: options }),
  CreateNetwork: z.object({ NetworkID: id, Options: options, IPv4Data: pools, IPv6Data: pools }),
  Network: z.object({ NetworkID: id }),
  CreateEndpoint: z.object({
    ...endpointIds,
    Interface: z
      .object({
        Address: cidrOrNone.or(none),
        AddressIPv6: cidrOrNone.or(none),
        MacAddress: mac.or(none),
      })
      .nullish()
      .transform((value) => value ?? { Address: '', AddressIPv6: '', MacAddress: '' }),
    Options: options,
  }),
  Join: z.object({ ...endpointIds, ...sandbox }),
  Endpoint: z.object(endpointIds),
};

/**
 * Parses a request's body. An empty body is refused: if a connection breaks, Docker resends the call with an empty
 * body, and a success reply would lose a network or an endpoint (measured on 20.10 and 29.7).
 *
 * @throws DovesnapError `BAD_REQUEST`.
 */
export function parseRequest<Request>(
  call: string,
  schema: z.ZodType<Request>,
  body: string,
): Request {
  if (body.trim() === '') throw badRequest(call, 'it is empty');
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw badRequest(call, 'it is not JSON', cause);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
  throw badRequest(call, `${where}${issue?.message ?? 'it is malformed'}`, parsed.error);
}

function badRequest(call: string, why: string, cause?: unknown): DovesnapError {
  return new DovesnapError('BAD_REQUEST', `the request ${call} is refused: ${why}`, { cause });
}
