import { describe, expect, test } from 'vitest';
import {
  type ContractLab,
  expectSoon,
  flowsOf,
  freePortOf,
  type LabPort,
  portOf,
} from './contract-lab.ts';

/** What ovs-vswitchd writes of bridges, ports and devices, and what becomes of it when it ends. */
export function switchCases(open: () => ContractLab): void {
  const rowOf = async ({ bridge, link }: LabPort) => {
    const found = (await open().ovs.state()).bridges.find(({ name }) => name === bridge);
    const row = found?.ports
      .flatMap(({ interfaces }) => interfaces)
      .find(({ name }) => name === link);
    return (
      row && {
        ...{ ofPort: row.ofPort, ofPortRequest: row.ofPortRequest, ifindex: row.ifindex },
        ...{ adminState: row.adminState, linkState: row.linkState, error: row.error },
      }
    );
  };
  const rowFor = async (port: LabPort, state: 'up' | 'down') => ({
    ...{ ofPort: port.ofPort, ofPortRequest: port.ofPort },
    ...{ ifindex: (await open().link(port.link))?.ifindex, error: undefined },
    ...{ adminState: state, linkState: state },
  });

  describe('the rows of ovs-vswitchd', () => {
    test('say of a container’s port that it is up, and has the number that was asked for', async () => {
      const port = await portOf(open(), 'web', 'lan');
      await expectSoon(open(), () => rowOf(port), await rowFor(port, 'up'));
      expect(await open().link(port.link)).toMatchObject({ up: true, running: true });
    });

    test('say of a free port that it is down', async () => {
      const port = await freePortOf(open(), 'lan');
      await expectSoon(open(), () => rowOf(port), await rowFor(port, 'down'));
      expect(await open().link(port.link)).toMatchObject({ up: false, running: false });
    });

    test('say of a port without a device why it has no number', async () => {
      const { bridge } = await portOf(open(), 'web', 'lan');
      const missing = { bridge, ofPort: 0, link: 'nosuch0' };
      await open().ovs.addPort(bridge, 'nosuch0');
      await expectSoon(open(), () => rowOf(missing), {
        ...{ ofPort: undefined, ofPortRequest: undefined, ifindex: undefined },
        ...{ adminState: undefined, linkState: undefined },
        error: 'could not open network device nosuch0 (No such device)',
      });
      await open().ovs.removePort(bridge, 'nosuch0');
      await expectSoon(open(), () => rowOf(missing), undefined);
    });

    test('say of a bridge who controls it', async () => {
      const { bridge } = await portOf(open(), 'web', 'lan');
      const read = async () => {
        const found = (await open().ovs.state()).bridges.find(({ name }) => name === bridge);
        return [found?.failMode, found?.controllers.some(({ connected }) => connected)];
      };
      await expectSoon(open(), read, ['secure', true]);
    });
  });

  describe('an ovs-vswitchd that ends and starts', () => {
    test('gives its ports the numbers of before, and Faucet gives them their flows', async () => {
      const lab = open();
      const [web, free] = [await portOf(lab, 'web', 'lan'), await freePortOf(lab, 'lan')];
      const before = [await flowsOf(lab, web), await flowsOf(lab, free)];
      await lab.ovs.kill();
      await lab.ovs.start();
      const now = async () => [await flowsOf(lab, web), await flowsOf(lab, free)];
      await expectSoon(lab, now, before);
      await expectSoon(lab, () => rowOf(web), await rowFor(web, 'up'));
      await expectSoon(lab, () => rowOf(free), await rowFor(free, 'down'));
    });
  });
}
