import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import type { Switch } from '../core/switch.ts';

/** Resolves when ovs-vswitchd has given each port the number that it was asked to. @throws DovesnapError. */
export async function untilAttached(
  ovs: Switch,
  network: AttachedNetwork,
  ports: readonly Port[],
): Promise<void> {
  const wanted = new Map(ports.map((port) => [port.hostLink, port.ofPort]));
  await ovs.until((state) => {
    const bridge = state.bridges.find((item) => item.name === network.spec.bridge);
    const found = (bridge?.ports ?? []).filter((port) => wanted.has(port.name));
    const bad = found.find((port) => port.interfaces[0]?.error !== undefined);
    if (bad !== undefined) {
      const why = bad.interfaces[0]?.error ?? '';
      throw new DovesnapError(
        'PORT_FAILED',
        `Open vSwitch could not take port ${bad.name}: ${why}`,
      );
    }
    const other = found.find(({ name, interfaces }) => {
      const ofPort = interfaces[0]?.ofPort;
      return ofPort !== undefined && ofPort !== wanted.get(name);
    });
    if (other !== undefined) {
      const number = `${other.interfaces[0]?.ofPort} and not ${wanted.get(other.name)}`;
      throw new DovesnapError('PORT_FAILED', `Open vSwitch gave port ${other.name} ${number}`);
    }
    return (
      found.length === wanted.size &&
      found.every((port) => port.interfaces[0]?.ofPort === wanted.get(port.name))
    );
  });
}
