import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { isPolicyLabel, parseContainerLabels } from '../../domain/container-labels.ts';
import type { ContainerIdentity } from '../../domain/network.ts';
import { treatmentsOn } from '../../domain/network-feature.ts';
import type { Treatments } from '../../domain/treatments.ts';
import type { Docker, DockerContainer, DockerNetwork } from '../../edges/edges.ts';
import { defaultAcls } from '../../plan/policy/default-acls.ts';

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
  /** What else is to be done to its traffic. */
  readonly treatments: Treatments;
  /** First bytes of the container's MAC; undefined: none are asked for. */
  readonly macPrefix: string | undefined;
}

/** What a port is to be before it opens. */
export type PortPolicy = Pick<Policy, 'acls' | 'treatments'>;

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
    networkName: network.record.name ?? '',
    treatments: treatmentsOn(network.spec),
    imageLabels: identity.imageLabels,
    trustImageLabels,
  });
  return { ...labels, acls: labels.acls ?? defaultAcls(network) };
}
