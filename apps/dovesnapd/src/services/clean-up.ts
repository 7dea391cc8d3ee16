import type { EditStep, FaucetModel } from '@dovesnap/faucet-config';
import { removeLink, unsealLink } from '@dovesnap/netns';
import { staleDpEdits, staleInterfaceEdits } from '../plan/faucet/faucet-edits.ts';
import { staleMirrorLinkEdits } from '../plan/mirror/mirror-link.ts';
import { findStrayLinks } from '../plan/pool/stray-links.ts';
import type { FaucetDesk } from './faucet/faucet-desk.ts';
import type { Parts } from './parts.ts';
import type { Registry } from './registry.ts';

/** Removes what a daemon that was cut off has left: datapaths and interfaces of ours in faucet.yaml, links, seals. */
export async function cleanUp(parts: Parts, registry: Registry, desk: FaucetDesk): Promise<void> {
  await removeStaleEntries(parts, registry, desk);
  await removeStrayLinks(parts, registry);
}

async function removeStaleEntries(
  parts: Parts,
  registry: Registry,
  desk: FaucetDesk,
): Promise<void> {
  const engineId = await parts.engineId();
  const isKnown = (start: string): boolean =>
    registry.all().some((network) => network.spec.id.startsWith(start));
  const staleEdits = (model: FaucetModel): EditStep[] => [
    ...staleDpEdits(model, engineId, isKnown),
    ...registry.all().flatMap((network) => staleInterfaceEdits(network, model)),
    ...registry
      .all()
      .flatMap((network) => staleMirrorLinkEdits(network, network.name ?? '', model)),
  ];
  if (staleEdits(await desk.model()).length === 0) return;
  await desk.write(staleEdits, {
    signal: parts.signal,
    deadline: parts.config.attachTimeout,
  });
}

async function removeStrayLinks(parts: Parts, registry: Registry): Promise<void> {
  const links = await parts.host.links();
  const switchPorts = new Set(
    parts.ovs
      .state()
      .bridges.flatMap((bridge) => bridge.ports)
      .flatMap((port) => [port.name, ...port.interfaces.map((item) => item.name)]),
  );
  const stray = findStrayLinks(links, registry.all(), switchPorts);
  if (stray.length > 0) parts.log.info({ links: stray }, 'links that lead nowhere are removed');
  await parts.host.apply(stray.map(removeLink));
  const present = new Set((await parts.host.links()).map((link) => link.name));
  const seals = (await parts.host.seals()).filter((name) =>
    isOurs(name) ? !present.has(name) : !switchPorts.has(name),
  );
  const known = new Set(
    registry
      .all()
      .flatMap((network) => [
        ...[...network.ports.values()].flatMap((port) => [port.hostLink, port.peerLink]),
        ...network.spec.addedPorts.map((port) => port.name),
      ]),
  );
  await parts.host.apply(seals.filter((name) => !known.has(name)).map(unsealLink));
}

function isOurs(name: string): boolean {
  return /^od[sc][0-9a-f]{7}[0-9]{4}[ab]$/.test(name);
}
