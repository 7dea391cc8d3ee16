import { setInterface } from '@dovesnap/faucet-config';
import { inPortOf } from '@dovesnap/ovs';
import type { Step, Walked } from './walk-commands.ts';
import { daemonName, isKnown, portOf } from './walk-ports.ts';

// What happens so seldom by chance that walks would have to be many times as long to meet it.

/** Long enough for the daemon to have tried what it tries at once, milliseconds. */
const triedMs = 10_000;

/** How often is looked whether a veth has been exchanged, and how long apart, milliseconds. */
const [mostLooks, lookMs] = [60, 4];

/** A container goes, and the daemon ends when the veth of its port has just been exchanged; another begins. */
export function cutRebuild({ world, random, busy }: Walked): Step | undefined {
  const running = [...world.docker.joined.values()].filter(({ container }) => !busy.has(container));
  if (running.length === 0 || busy.has(daemonName) || !world.runsDaemon) return undefined;
  const { container, link } = random.pick(running);
  const name = link.peer?.name ?? '';
  const isSilent = random.pick([true, false]);
  const act = async (): Promise<void> => {
    const gone = world.docker.remove(container);
    // When dockerd is killed, it fails before it is waited for.
    gone.catch(() => undefined);
    for (let tries = 0; world.ovs.portOf(name) !== undefined && tries < mostLooks; tries++) {
      await world.time.sleep(lookMs);
    }
    if (isSilent) world.engine.stop();
    await world.stopDaemon();
    world.startDaemon();
    await gone;
    await world.time.sleep(triedMs);
    if (isSilent && !world.engine.isUp) world.engine.start();
  };
  const when = isSilent ? ', while Docker does not answer' : '';
  return [`remove ${container}; the daemon starts again${when}`, act, container, daemonName];
}

/**
 * A port is closed because somebody has taken its ACL away, cannot be opened because Faucet refuses its correction, and loses
 * its flows; when Faucet takes it, Docker does not answer.
 */
export function loseWhilePending({ world, random, busy, weakened }: Walked): Step | undefined {
  const port = portOf(world, random);
  const { faucet, engine, time, ovs } = world;
  if (port === undefined || busy.has(port.container) || !isKnown(world, port.network)) {
    return undefined;
  }
  const dp = faucet.model().dps.get(port.network);
  if (dp?.interfaces.every(({ number }) => number !== port.ofPort) !== false) return undefined;
  const act = async (): Promise<void> => {
    faucet.refuse('not today');
    weakened.set(port.container, time.now());
    faucet.edit([setInterface(port.network, port.ofPort, { aclsIn: ['dovesnap-allow-all'] })]);
    await time.sleep(triedMs);
    ovs.flows.change(port.bridge, { gone: ({ match }) => inPortOf(match) === port.ofPort });
    await time.sleep(triedMs);
    engine.stop();
    faucet.refuse(undefined);
    await time.sleep(10 * triedMs);
    if (!engine.isUp) engine.start();
  };
  return [`${port.container} loses its flows while it is pending`, act, port.container];
}
