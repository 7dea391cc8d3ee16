import type { FaucetModel } from '@dovesnap/faucet-config';
import { aclsFor } from '../../domain/acl-choice.ts';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { isPolicyLabel, parseContainerLabels } from '../../domain/container-labels.ts';
import { DovesnapError } from '../../domain/error.ts';
import { allowAllAcl } from '../../domain/names.ts';
import type { ContainerIdentity } from '../../domain/network.ts';
import type { Docker, DockerContainer, DockerNetwork } from '../../ports.ts';

/** Who is behind an endpoint, and what the image says by itself. */
export interface Identity {
  readonly container: ContainerIdentity;
  readonly imageLabels: Readonly<Record<string, string>>;
  /** The network as Docker shows it at this moment. */
  readonly network: DockerNetwork;
}

/**
 * Finds the container behind an endpoint with look-ups that answer while dockerd waits for us. Undefined when Docker
 * does not answer now, as while it boots: never a reason to guess.
 */
export async function identifyContainer(
  docker: Docker,
  networkId: string,
  endpointId: string,
): Promise<Identity | undefined> {
  if (!docker.serving) return undefined;
  try {
    const network = await docker.network(networkId);
    const endpoint = network?.endpoints.find((item) => item.id === endpointId);
    if (network === undefined || endpoint === undefined) return undefined;
    const found = await docker.containerNamed(endpoint.containerName);
    if (found === undefined) return undefined;
    const imageLabels = await imageLabelsIfNeeded(docker, found);
    return {
      container: { id: found.id, name: found.name, labels: found.labels },
      imageLabels,
      network,
    };
  } catch {
    return undefined;
  }
}

async function imageLabelsIfNeeded(
  docker: Docker,
  container: DockerContainer,
): Promise<Readonly<Record<string, string>>> {
  const needed = Object.keys(container.labels).some(isPolicyLabel);
  return needed ? docker.imageLabels(container.imageId) : {};
}

/** What a container's labels and its network's defaults come to. */
export interface Policy {
  readonly acls: readonly string[];
  /** Whether its traffic is to be copied to the mirror. */
  readonly mirror: boolean;
  /** First bytes of the container's MAC; undefined: none are asked for. */
  readonly macPrefix: string | undefined;
}

/** What a port is to be before it opens. */
export type PortPolicy = Pick<Policy, 'acls' | 'mirror'>;

/**
 * The policy of a container's port. Its ACLs are its label's, else the network's default, else all is allowed.
 * @throws DovesnapError `BAD_LABEL`.
 */
export function policyOf(
  network: AttachedNetwork,
  identity: Pick<Identity, 'container' | 'imageLabels'>,
  trustImageLabels: boolean,
): Policy {
  const labels = parseContainerLabels(identity.container.labels, {
    networkName: network.name ?? '',
    imageLabels: identity.imageLabels,
    trustImageLabels,
  });
  return { ...labels, acls: labels.acls ?? defaultAcls(network) };
}

/** The ACLs of a container's port that carries no label. */
export function defaultAcls(network: AttachedNetwork): readonly string[] {
  return aclsFor(network.spec.defaultAcl, network.name ?? '') ?? [allowAllAcl];
}

/** @throws DovesnapError `UNKNOWN_ACL`, and `CONFLICT` for one that is on the output of a VLAN: Faucet dies of both. */
export function checkPortAcls(model: FaucetModel, acls: readonly string[], whose: string): void {
  checkAclsExist(model, acls, whose);
  const vlan = [...model.vlans.values()].find((item) => item.aclsOut.some((a) => acls.includes(a)));
  if (vlan === undefined) return;
  const shared = vlan.aclsOut.find((acl) => acls.includes(acl));
  throw new DovesnapError(
    'CONFLICT',
    `${whose} names ACL "${shared}", which is on the output of VLAN ${vlan.vid ?? vlan.key}: Faucet dies of an ACL on a port and there, so copy it under another name`,
  );
}

/** @throws DovesnapError `UNKNOWN_ACL` when one of them is not in faucet.yaml. */
export function checkAclsExist(model: FaucetModel, acls: readonly string[], whose: string): void {
  const missing = acls.find((acl) => acl !== allowAllAcl && !model.acls.has(acl));
  if (missing === undefined) return;
  const known = [...model.acls.keys()].filter((name) => name !== allowAllAcl).sort();
  const list = known.length === 0 ? 'it defines none' : `it defines ${known.join(', ')}`;
  throw new DovesnapError(
    'UNKNOWN_ACL',
    `${whose} names ACL "${missing}", which is not in ${model.files[0] ?? 'faucet.yaml'} (${list})`,
  );
}
