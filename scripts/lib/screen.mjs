import { status } from './daemon.mjs';
import { demo } from './demo.mjs';
import { paths } from './paths.mjs';

/**
 * What a person reads when `up` is done.
 *
 * @param {{ faucetConfig: string }} facts
 */
export function formatScreen({ faucetConfig }) {
  const [one, two] = demo.containers;
  return `
Runs:       Open vSwitch, Docker, Faucet, Gauge, dovesnapd
Network:    ${demo.network} (nat), with the containers ${one} and ${two}
Picture:    ${paths.picture}
Status:     ${status}/networks   ${status}/topology.json   ${status}/metrics
Policy:     ${faucetConfig}
Logs:       ${paths.log}

Type next:
  docker exec ${one} ping -c 3 ${two}
  docker run --rm -it --network ${demo.network} busybox
  docker run --rm --network ${demo.network} --label dovesnap.faucet.portacl=deny-all busybox ping -c 1 -W 1 ${two}
  npm run down        stops and removes what this command started
`;
}
