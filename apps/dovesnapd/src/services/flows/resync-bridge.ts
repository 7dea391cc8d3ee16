import type { FaucetModel, MeterModel } from '@dovesnap/faucet-config';
import { planBridge } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { type NetworkNotes, setNote } from '../../domain/network-notes.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import { tellPort } from '../../domain/port-life.ts';
import { bridgeSpec } from '../../plan/networks/bridge-spec.ts';
import { metersOf } from '../../plan/policy/meters.ts';
import type { Parts } from '../core/parts.ts';
import { poolTurn } from '../core/pool-turn.ts';
import { isPutRight } from '../core/repair-notes.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';

/** Has Faucet resync a bridge when the switch lacks meters of ports; answers whether it did. */
export type MeterResync = (network: AttachedNetwork, ports: readonly Port[]) => Promise<boolean>;

/** Subjects of the notes on meters that the switch does not take begin with this. */
const noteStart = 'meter ';

/** What is noted of meters that the switch does not take. */
export function meterNotes(notes: NetworkNotes): readonly string[] {
  return [...notes].flatMap(([subject, note]) =>
    subject.startsWith(noteStart) ? [note.sentence] : [],
  );
}

/**
 * Makes {@link MeterResync}. Faucet installs a meter when it is new in the configuration and when the switch connects,
 * and takes it for installed from then on (faucet 1.10.12); the rules under it are refused while it is missing. A
 * resync installs the flows of the whole bridge again, so a meter that is missing afterwards too is one that the switch
 * does not take, and is left until faucet.yaml says something else of it.
 */
export function meterResync(
  parts: Pick<Parts, 'log' | 'ovs' | 'ofctl' | 'turns' | 'faucet'>,
  desk: Pick<FaucetDesk, 'latest'>,
): MeterResync {
  /** What faucet.yaml said of a meter when the bridge was resynced for it, by the meter's name. */
  const tried = new WeakMap<AttachedNetwork, Map<string, string>>();
  return async (network, ports) => {
    const { latest } = desk;
    const status = parts.faucet.status();
    if (latest === undefined || !status.reachable || !status.loaded) return false;
    const wanted = metersOf(latest, [...new Set(ports.flatMap((port) => port.acls))]);
    if (wanted.length === 0) return false;
    const missing = await missingOf(parts, network.spec, wanted);
    const before = tried.get(network) ?? new Map<string, string>();
    tried.set(network, before);
    for (const meter of wanted) if (!missing.includes(meter)) before.delete(meter.name);
    const untried = missing.filter((meter) => before.get(meter.name) !== textOf(meter));
    const refused = missing.filter((meter) => !untried.includes(meter));
    for (const meter of refused)
      sayRefused(parts, network, portsUnder(latest, meter, ports), meter);
    if (untried.length === 0) return false;
    for (const meter of untried) before.set(meter.name, textOf(meter));
    const names = untried.map(({ name }) => `"${name}"`).join(', ');
    parts.log.warn(
      { network: network.record.name },
      `the switch lacks meter ${names}: resyncing the bridge`,
    );
    await resyncBridge(parts, network);
    return true;
  };
}

function textOf({ raw }: MeterModel): string {
  return JSON.stringify(raw);
}

/** Tells log, status and record of a meter that the switch does not take, until the ports under it are as they should be. */
function sayRefused(
  { log }: Pick<Parts, 'log'>,
  network: AttachedNetwork,
  under: readonly Port[],
  { name }: MeterModel,
): void {
  const sentence = `the switch does not take meter "${name}": ports under it stay closed`;
  const subject = `${noteStart}${name}`;
  if (network.notes.get(subject)?.sentence !== sentence)
    log.warn({ network: network.record.name }, sentence);
  const isDone = () => under.every((port) => isPutRight(network, port));
  setNote(network.notes, subject, { sentence, isDone });
  for (const port of under) tellPort(port, { kind: 'explained', reason: sentence });
}

/** Those of these ports whose ACLs name a meter. */
function portsUnder(
  model: FaucetModel,
  { name }: MeterModel,
  ports: readonly Port[],
): readonly Port[] {
  return ports.filter(({ acls }) => metersOf(model, acls).some((meter) => meter.name === name));
}

/**
 * Takes the bridge from its controllers and gives it back: Faucet installs all its meters and flows again.
 * @throws DovesnapError `OVS_AWAY`.
 */
export async function resyncBridge(
  parts: Pick<Parts, 'ovs' | 'turns'>,
  network: AttachedNetwork,
): Promise<void> {
  const { ovs } = parts;
  await poolTurn(parts, network, async () => {
    if (network.life.signal.aborted) return;
    const spec = bridgeSpec(network, network.spec.engineId, { controllers: true });
    await ovs.commit((state) => planBridge(state, { ...spec, controllers: [] }));
    await ovs.settled();
    await ovs.commit((state) => planBridge(state, spec));
  });
}

/** Those of these meters that the switch does not have. */
async function missingOf(
  { ofctl }: Pick<Parts, 'ofctl'>,
  spec: NetworkSpec,
  wanted: readonly MeterModel[],
): Promise<readonly MeterModel[]> {
  const present = await ofctl.meterIds(spec.bridge);
  return wanted.filter(({ meterId }) => meterId === undefined || !present.has(meterId));
}
