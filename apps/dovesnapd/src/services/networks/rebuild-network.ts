import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { parseHostLink, vethNames } from '../../domain/names.ts';
import { treatmentsOn } from '../../domain/network-feature.ts';
import { setNote } from '../../domain/network-notes.ts';
import { recordGatewayGiven, recordName } from '../../domain/network-record.ts';
import { chooseTreatments, noTreatments, type Treatments } from '../../domain/treatments.ts';
import type { DockerEndpoint, DockerNetwork } from '../../edges/edges.ts';
import { rebuiltRequest } from '../../plan/networks/rebuilt-request.ts';
import { defaultAcls } from '../../plan/policy/default-acls.ts';
import { aclsOfPolicy } from '../../plan/policy/policy-acls.ts';
import { closePorts } from '../../plan/pool/port-links.ts';
import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import type { Networks } from './networks.ts';

const gatewayUnknown =
  'rebuilt from Docker: whether its gateway was given can no longer be told, so new containers get no default route';

/**
 * Takes up a network that Docker has and the switch's database has lost: the network from Docker's inspection, its
 * endpoints from the containers' own interfaces, which lead to the host ends and so to the port numbers.
 */
export function networkRebuilder(
  parts: Parts,
  registry: Registry,
  networks: Networks,
  desk: FaucetDesk,
): (docker: DockerNetwork) => Promise<AttachedNetwork> {
  return async (docker) => {
    const birth = { createdAt: parts.clock.now(), engineId: await parts.engineId() };
    const network = await networks.adopt(rebuiltRequest(docker), birth);
    if (network.spec.mode === 'flat') {
      recordGatewayGiven(network.record, false);
      setNote(network.notes, 'gateway', { sentence: gatewayUnknown });
    }
    recordName(network.record, docker.name);
    for (const endpoint of docker.endpoints) {
      const port = await findPort(parts, desk, network, endpoint);
      if (port !== undefined) network.ports.set(port.ofPort, port);
    }
    // What their policies are is found out next; the faucet.yaml of today may have forgotten them.
    await parts.host.apply(closePorts([...network.ports.values()]));
    registry.add(network);
    parts.log.warn(
      { network: docker.name, endpoints: network.ports.size },
      'the switch had lost this network: rebuilt from Docker',
    );
    return network;
  };
}

async function findPort(
  parts: Parts,
  desk: FaucetDesk,
  network: AttachedNetwork,
  endpoint: DockerEndpoint,
): Promise<Port | undefined> {
  if (endpoint.containerId === undefined) return undefined;
  const pid = await parts.docker.containerPid(endpoint.containerId);
  if (pid === undefined) return undefined;
  const inside = await parts.inside(pid).links();
  const link =
    inside.find((item) => item.mac === endpoint.mac) ??
    inside.find((item) => hasAddress(item.addresses, endpoint));
  const hostLinks = await parts.host.links();
  const hostEnd = hostLinks.find((item) => item.ifindex === link?.peerIfindex);
  const name = parseHostLink(hostEnd?.name ?? '');
  if (link === undefined || name === undefined) return undefined;
  if (!network.spec.id.startsWith(name.networkIdStart)) return undefined;
  const treatments = treatmentsInFile(desk, network, name.ofPort);
  return {
    ofPort: name.ofPort,
    ...vethNames(network.spec.id, name.ofPort, name.generation),
    phase: 'pending',
    flows: 'awaited',
    reason: 'its policy is being looked up',
    acls: aclsInFile(desk, network, name.ofPort, treatments) ?? defaultAcls(network),
    treatments,
    freedAt: 0,
    txOffload: undefined,
    closing: Promise.resolve(),
    attempt: 0,
    held: true,
    endpoint: {
      id: endpoint.id,
      createdAt: parts.clock.now(),
      ipv4: endpoint.ipv4 || undefined,
      ipv6: endpoint.ipv6 || undefined,
      macGiven: false,
      mac: link.mac,
      container: undefined,
      containerLink: link.name,
    },
  };
}

function hasAddress(
  addresses: readonly { address: string; prefixLength: number }[],
  endpoint: DockerEndpoint,
): boolean {
  return addresses.some((item) => `${item.address}/${item.prefixLength}` === endpoint.ipv4);
}

function aclsInFile(
  desk: FaucetDesk,
  network: AttachedNetwork,
  ofPort: number,
  treatments: Treatments,
): readonly string[] | undefined {
  const dp = desk.latest?.dps.get(network.record.name ?? '');
  const found = dp?.interfaces.find((item) => item.number === ofPort);
  return found && aclsOfPolicy(network, found.aclsIn, treatments);
}

function treatmentsInFile(
  { latest }: Pick<FaucetDesk, 'latest'>,
  network: AttachedNetwork,
  ofPort: number,
): Treatments {
  if (latest === undefined) return noTreatments;
  const inFile = network.spec.features.flatMap(({ treats }) => treats ?? []);
  return chooseTreatments(treatmentsOn(network.spec), ({ name }) =>
    inFile.find(({ treatment }) => treatment.name === name)?.inFile?.(network, ofPort, latest),
  );
}
