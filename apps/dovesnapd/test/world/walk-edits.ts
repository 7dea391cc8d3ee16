import { setAcl, setInterface } from '@dovesnap/faucet-config';
import { parseDerivedAcl } from '../../src/domain/derived-acl.ts';
import type { Step, Walked } from './walk-commands.ts';
import { isKnown, portOf } from './walk-ports.ts';

// What people do to faucet.yaml.

/** An operator changes an ACL of his own, which containers have by their labels. */
export function changeAcl({ world, random }: Walked): Step {
  const port = random.pick([25, 465, 587]);
  const denied = { eth_type: 0x800, ip_proto: 6, tcp_dst: port, actions: { allow: 0 } };
  const edit = setAcl('no-mail', [{ rule: denied }, { rule: { actions: { allow: 1 } } }]);
  return [`the operator denies port ${port} in no-mail`, () => world.faucet.edit([edit])];
}

/** Somebody lets everything through in an ACL that the daemon has made from the operator's. */
export function changeDerivedAcl({ world, random, weakened }: Walked): Step | undefined {
  const port = portOf(world, random);
  if (port === undefined || !isKnown(world, port.network)) return undefined;
  const { acls, dps } = world.faucet.model();
  const found = dps.get(port.network)?.interfaces.find(({ number }) => number === port.ofPort);
  const derived = (found?.aclsIn ?? []).filter((acl) => parseDerivedAcl(acl) && acls.has(acl));
  if (derived.length === 0) return undefined;
  const acl = random.pick(derived);
  const act = (): void => {
    for (const { container, network } of world.docker.joined.values()) {
      if (network === port.network) weakened.set(container, world.time.now());
    }
    world.faucet.edit([setAcl(acl, [{ rule: { actions: { allow: 1 } } }])]);
  };
  return [`somebody lets everything through in ${acl}`, act];
}

/** Somebody takes the ACL of a container's port away. */
export function takeAclAway({ world, random, weakened }: Walked): Step | undefined {
  const port = portOf(world, random);
  const dp = port && world.faucet.model().dps.get(port.network);
  const isThere = dp?.interfaces.some(({ number }) => number === port?.ofPort);
  if (port === undefined || !isThere || !isKnown(world, port.network)) return undefined;
  const edit = setInterface(port.network, port.ofPort, { aclsIn: ['dovesnap-allow-all'] });
  const act = (): void => {
    weakened.set(port.container, world.time.now());
    world.faucet.edit([edit]);
  };
  return [`somebody takes the ACL of ${port.container} away`, act];
}

/** Somebody ends the mirroring of what a container sends. */
export function takeMirrorAway({ world, random, weakened }: Walked): Step | undefined {
  const port = portOf(world, random);
  const dp = port && world.faucet.model().dps.get(port.network);
  const link = dp?.interfaces.find(({ mirror }) => mirror.some((one) => one === port?.ofPort));
  if (link?.number === undefined || port === undefined) return undefined;
  if (!isKnown(world, port.network)) return undefined;
  const edit = setInterface(port.network, link.number, { mirror: null });
  const act = (): void => {
    for (const { container } of world.docker.joined.values()) {
      weakened.set(container, world.time.now());
    }
    world.faucet.edit([edit]);
  };
  return [`somebody ends the mirroring of ${port.container}`, act];
}
