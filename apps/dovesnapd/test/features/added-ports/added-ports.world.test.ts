import type { LinkAddress } from '@dovesnap/netns';
import { expect, test } from 'vitest';
import { hostNamespace } from '../../world/host-links.ts';
import { flat, type WorldBed, worldBed } from '../../world/world-bed.ts';

const bed = worldBed();
const adding = { ...flat, 'ovs.bridge.add_ports': 'lan1/7/no-mail/200' };
const own: LinkAddress = {
  ...{ family: 'ipv4', address: '10.61.0.2', prefixLength: 24, scope: 'global' },
};

/** Puts an interface with an address on the host. */
function addLan({ world }: WorldBed) {
  return world.host.add({ name: 'lan1', up: true, addresses: [own] });
}

/** The interface as the host, the switch, faucet.yaml and the daemon have it. */
function lanIn({ world, network }: WorldBed) {
  const interfaces = world.faucet.model().dps.get('lab')?.interfaces;
  return {
    addresses: world.host.find(hostNamespace, 'lan1')?.addresses,
    isSealed: world.host.seals.has('lan1'),
    port: world.ovs.portOf('lan1'),
    inFaucet: interfaces?.find(({ number }) => number === 7),
    shown: network('lab').externalPorts,
  };
}

const taken = {
  ...{ addresses: [], isSealed: true, port: { ofPort: 7 } },
  inFaucet: { description: 'lan1', nativeVlan: 200, aclsIn: ['no-mail'] },
  shown: [{ name: 'lan1', kind: 'physical', ofPort: 7, closed: undefined }],
};

test('an interface that a network adds is its port and no more, and the host’s again after it', async () => {
  const { world, step } = bed();
  addLan(bed());
  await step(world.docker.createNetwork('lab', adding));
  expect(lanIn(bed())).toMatchObject(taken);
  await step(world.docker.removeNetwork('lab'));
  expect(world.host.find(hostNamespace, 'lan1')?.addresses).toMatchObject([own]);
  expect(world.host.seals.has('lan1')).toBe(false);
  expect(world.ovs.state().bridges).toEqual([]);
});

test('an interface whose device goes and comes back is taken again', async () => {
  const { world, step, network } = bed();
  const link = addLan(bed());
  await step(world.docker.createNetwork('lab', adding));
  world.host.seals.delete('lan1');
  world.host.remove(link);
  await step(world.time.settle());
  expect(network('lab').externalPorts).toEqual([]);
  addLan(bed());
  await step(world.time.settle());
  expect(lanIn(bed())).toMatchObject(taken);
});

test('an interface that a start of the machine has given its address back is taken by the next daemon', async () => {
  const { world, step } = bed();
  const link = addLan(bed());
  await step(world.docker.createNetwork('lab', adding));
  await world.stopDaemon();
  world.host.change(link, { addresses: [own] });
  world.startDaemon();
  await step(world.time.settle());
  expect(lanIn(bed())).toMatchObject(taken);
});

test('a network that adds an interface that another has is refused, and nothing of it is left', async () => {
  const { world, step, network } = bed();
  addLan(bed());
  await step(world.docker.createNetwork('lab', adding));
  const other = world.docker.createNetwork('other', { ...flat, 'ovs.bridge.add_ports': 'lan1' });
  await expect(step(other)).rejects.toThrow(
    `option ovs.bridge.add_ports cannot be "lan1": accepted is an interface that no network has: it is bridge ${network('lab').spec.bridge}'s`,
  );
  expect(world.ovs.state().bridges).toHaveLength(1);
  expect(lanIn(bed())).toMatchObject(taken);
});
