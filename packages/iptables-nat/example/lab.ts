import { openFirewall, planNat, planNatRemoval, renderNat } from '@dovesnap/iptables-nat';

const wanted = {
  owner: 'LAB',
  networks: [{ bridge: 'lab0', subnets: ['10.9.0.0/24'], masquerade: true }],
};

const firewall = await openFirewall();
const plan = planNat(await firewall.read('LAB'), wanted);
console.log(renderNat(plan));

await firewall.apply(plan);
console.log(planNat(await firewall.read('LAB'), wanted));

await firewall.apply(planNatRemoval(await firewall.read('LAB')));
