import { superviseDhcp } from '@dovesnap/dhcp-supervisor';

const pid = Number(process.argv[2]);
const client = superviseDhcp({ namespace: { pid }, interface: 'eth0', hostname: 'web' });

for await (const event of client.events({ signal: AbortSignal.timeout(10_000) })) {
  if (event.type !== 'bound') continue;
  const { address, prefixLength, server } = event.lease;
  process.stdout.write(`${address}/${prefixLength} from ${server}\n`);
  break;
}

await client.release();
