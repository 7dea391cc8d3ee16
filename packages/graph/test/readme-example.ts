import { writeFile } from 'node:fs/promises';
import { type Topology, toPng, toSvg } from '@dovesnap/graph';

const lab: Topology = {
  title: 'lab',
  bridges: [
    {
      name: 'lab0',
      mode: 'nat',
      vlan: 100,
      gateway: { address: '10.9.0.1/24', mode: 'nat' },
      ports: [
        { name: 'web', mac: '02:42:0a:09:00:02', ip: '10.9.0.2', ofPort: 7, vlan: 100, acl: 'web' },
        { name: 'late', mac: '02:42:0a:09:00:03', ofPort: 8, vlan: 100, state: 'pending' },
        { name: 'eth1', kind: 'physical', ofPort: 1, vlan: 100 },
      ],
    },
  ],
};

await writeFile('lab.png', await toPng(lab));
await writeFile('lab.svg', await toSvg(lab));
