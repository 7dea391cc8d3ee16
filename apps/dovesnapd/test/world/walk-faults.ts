import type { World } from './open-world.ts';

/** Something that keeps the daemon from its work, or the daemon itself, that goes away and comes back. */
export interface Fault {
  /** How it begins, as it is told. */
  readonly what: string;
  begin(): unknown;
  end(): unknown;
}

/** Everything that can go away. */
export function faultsOf({ ovs, faucet, engine }: World): readonly Fault[] {
  const takeAgain = (): void => {
    faucet.slow(0);
    faucet.refuse(undefined);
    faucet.hangup();
  };
  return [
    { what: 'the database stops', begin: ovs.server.stop, end: ovs.server.start },
    { what: 'ovs-vswitchd stops', begin: ovs.vswitchd.stop, end: ovs.vswitchd.start },
    { what: 'Faucet stops', begin: faucet.stop, end: faucet.start },
    { what: 'Faucet refuses', begin: () => faucet.refuse('not today'), end: takeAgain },
    { what: 'Faucet refuses, and late', begin: () => refuseLate(faucet), end: takeAgain },
    { what: 'Docker stops to answer', begin: engine.stop, end: () => answer(engine) },
  ];
}

/** The daemon ends, and another begins. */
export function newDaemon(world: World): Fault {
  return { what: 'the daemon stops', begin: world.stopDaemon, end: world.startDaemon };
}

/** Makes Faucet refuse what it gets only after the daemon has stopped waiting for it. */
export function refuseLate(faucet: World['faucet']): void {
  faucet.slow(6000);
  faucet.refuse('not today');
}

/** Ends what keeps the daemon from its work. */
export function bringBack({ ovs, faucet, engine }: World): void {
  ovs.server.start();
  ovs.vswitchd.start();
  faucet.refuse(undefined);
  faucet.slow(0);
  faucet.stop();
  faucet.start();
  answer(engine);
}

function answer(engine: World['engine']): void {
  if (!engine.isUp) engine.start();
}
