import { addAddress, addVeth, netns, planAddresses, setLink } from '@dovesnap/netns';

const lab = netns({ path: '/run/netns/example-lab' });
const box = netns({ path: '/run/netns/example-box' });

await lab.apply([
  addVeth('v0', 'v1', { mtu: 1400 }),
  setLink('v1', { netns: box }),
  setLink('v0', { up: true }),
  addAddress('v0', '10.9.0.1/24'),
]);
await box.apply([
  setLink('v1', { name: 'eth0', mac: '02:42:0a:09:00:02', addressGeneration: 'none', up: true }),
]);

const eth0 = await box.link('eth0');
if (eth0 === undefined) throw new Error('eth0 is gone');
const plan = planAddresses(eth0, ['10.9.0.2/24']);
console.log(plan);
await box.apply(plan);

for (const { name, mac, mtu, addresses } of await box.links()) {
  console.log(name, mac, mtu, addresses.map(({ address }) => address).join(' '));
}
