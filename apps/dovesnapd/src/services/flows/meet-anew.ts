import type { MeterModel } from '@dovesnap/faucet-config';
import { planBridge } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { metersOf } from '../../plan/flows/meters.ts';
import { bridgeSpec } from '../../plan/networks/bridge-spec.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import type { Parts } from '../parts.ts';
import { poolTurn } from '../pool/pool-turn.ts';

/** Has Faucet meet a bridge anew when the switch lacks meters of ports; answers whether it did. */
export type MeetAnew = (network: AttachedNetwork, ports: readonly Port[]) => Promise<boolean>;

/** Subject of the note on meters that the switch does not take. */
export const meterNote = 'meters';

/**
 * Makes {@link MeetAnew}. Faucet installs a meter when it is new in the configuration and when it meets the switch, and
 * takes it for installed from then on (faucet 1.10.12); the rules under it are refused while it is missing. Meeting anew
 * makes the flows of the whole bridge anew, so a meter that is missing afterwards too is one that the switch does not
 * take, and is left until faucet.yaml says something else of it.
 */
export function meetAnew(
  parts: Pick<Parts, 'log' | 'ovs' | 'ofctl' | 'serial' | 'faucet'>,
  desk: Pick<FaucetDesk, 'latest'>,
): MeetAnew {
  const tried = new WeakMap<AttachedNetwork, string>();
  return async (network, ports) => {
    const { latest } = desk;
    const status = parts.faucet.status();
    if (latest === undefined || !status.reachable || !status.loaded) return false;
    const wanted = metersOf(latest, [...new Set(ports.flatMap((port) => port.acls))]);
    const missing = wanted.length === 0 ? [] : await missingOf(parts, network, wanted);
    if (missing.length === 0) {
      network.notes.delete(meterNote);
      tried.delete(network);
      return false;
    }
    const names = missing.map(({ name }) => `"${name}"`).join(', ');
    const subject = { network: network.name };
    const text = JSON.stringify(missing.map(({ name, raw }) => [name, raw]));
    if (tried.get(network) === text) {
      const sentence = `the switch does not take meter ${names}: ports under it stay closed`;
      if (network.notes.get(meterNote) !== sentence) parts.log.warn(subject, sentence);
      network.notes.set(meterNote, sentence);
      return false;
    }
    tried.set(network, text);
    parts.log.warn(subject, `the switch lacks meter ${names}: Faucet is made to meet it anew`);
    await meetBridge(parts, network);
    return true;
  };
}

/**
 * Takes the bridge from its controllers and gives it back: Faucet makes all its meters and flows anew.
 * @throws DovesnapError `OVS_AWAY`.
 */
export async function meetBridge(
  parts: Pick<Parts, 'ovs' | 'serial'>,
  network: AttachedNetwork,
): Promise<void> {
  const { ovs } = parts;
  await poolTurn(parts, network, async () => {
    if (network.life.signal.aborted) return;
    const spec = bridgeSpec(network, network.engineId, { controllers: true });
    await ovs.commit((state) => planBridge(state, { ...spec, controllers: [] }));
    await ovs.settled();
    await ovs.commit((state) => planBridge(state, spec));
  });
}

/** Those of these meters that the switch does not have. */
async function missingOf(
  { ofctl }: Pick<Parts, 'ofctl'>,
  network: AttachedNetwork,
  wanted: readonly MeterModel[],
): Promise<readonly MeterModel[]> {
  const present = await ofctl.meterIds(network.spec.bridge);
  return wanted.filter(({ meterId }) => meterId === undefined || !present.has(meterId));
}
