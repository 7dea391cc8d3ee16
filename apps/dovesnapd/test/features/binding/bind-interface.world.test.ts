import type { LinkAddress } from '@dovesnap/netns';
import { expect, test } from 'vitest';
import { localOfPort } from '../../../src/domain/names.ts';
import { hostNamespace } from '../../world/host-links.ts';
import { flat, type WorldBed, worldBed } from '../../world/world-bed.ts';

const bed = worldBed();
const bound = { ...flat, 'ovs.bridge.bind_interface': 'lan1' };
const own: LinkAddress = {
  ...{ family: 'ipv4', address: '10.61.0.2', prefixLength: 24, scope: 'global' },
};

/** The host's interface, with an address, and what is said of it. */
function lanOf({ world, network }: WorldBed) {
  const link = world.host.add({ name: 'lan1', up: true, addresses: [own] });
  const local = () => world.host.find(hostNamespace, network('lab').spec.bridge);
  const addressesOf = (one: { readonly addresses: readonly LinkAddress[] } | undefined) =>
    one?.addresses.map(({ address }) => address);
  return {
    link,
    local,
    addresses: () => ({ lan1: addressesOf(link), bridge: addressesOf(local()) }),
  };
}

test('an interface that a network binds leads to the host, and is the host’s again after it', async () => {
  const { world, step, network } = bed();
  const { link, local, addresses } = lanOf(bed());
  await step(world.docker.createNetwork('lab', bound));
  expect(addresses()).toEqual({ lan1: [], bridge: ['10.61.0.2'] });
  expect(local()?.up).toBe(true);
  expect(world.ovs.state().bridges[0]?.otherConfig).toMatchObject({ hwaddr: link.mac });
  const [port] = network('lab').externalPorts;
  expect(port).toMatchObject({ name: 'lan1', kind: 'physical', closed: undefined });
  const numbers = () =>
    world.faucet
      .model()
      .dps.get('lab')
      ?.interfaces.map((one) => one.number);
  expect(numbers()).toEqual(expect.arrayContaining([port?.ofPort, localOfPort]));
  await step(world.docker.removeNetwork('lab'));
  expect(world.host.find(hostNamespace, 'lan1')?.addresses).toMatchObject([own]);
  expect(world.host.seals.has('lan1')).toBe(false);
  expect(world.ovs.state().bridges).toEqual([]);
});

test('an interface that is bound stays so through a new daemon', async () => {
  const { world, step, network } = bed();
  const { addresses } = lanOf(bed());
  await step(world.docker.createNetwork('lab', bound));
  const { externalPorts } = network('lab');
  await world.stopDaemon();
  world.startDaemon();
  await step(world.time.settle());
  expect(addresses()).toEqual({ lan1: [], bridge: ['10.61.0.2'] });
  expect(network('lab').externalPorts).toEqual(externalPorts);
});

test('an interface that gets an address back while it is bound loses it to the bridge again', async () => {
  const { world, step } = bed();
  const { link, addresses } = lanOf(bed());
  await step(world.docker.createNetwork('lab', bound));
  await world.stopDaemon();
  world.host.change(link, { addresses: [{ ...own, address: '10.61.0.3' }] });
  world.startDaemon();
  await step(world.time.settle());
  expect(addresses().lan1).toEqual([]);
  expect(addresses().bridge).toContain('10.61.0.3');
});
