import { NetnsError } from '@dovesnap/netns';
import { expect, it } from 'vitest';
import type { Parts } from '../../../src/services/core/parts.ts';
import { sealRepair } from '../../../src/services/networks/seal-repair.ts';
import { addPort, sampleNetwork } from '../../plan/sample.ts';
import { bareParts } from '../bare-parts.ts';

function bed() {
  const bare = bareParts(1000);
  const network = sampleNetwork({ userspace: true });
  const { hostLink, peerLink } = addPort(network, 1);
  const kernel = sampleNetwork({ userspace: false });
  addPort(kernel, 2);
  const asked: (readonly string[])[] = [];
  const world = {
    lost: [] as string[],
    error: undefined as Error | undefined,
    repairs: 0,
    onRead: undefined as (() => void) | undefined,
  };
  const parts = {
    ...bare,
    host: {
      mendSeals: async ({ also }: { also: readonly string[] }) => {
        asked.push(also);
        world.onRead?.();
        if (world.error !== undefined) throw world.error;
        return world.lost;
      },
    },
  } as unknown as Parts;
  const repair = sealRepair(parts, { all: () => [network, kernel] }, () => {
    world.repairs += 1;
  });
  return { ...bare, asked, world, repair, adopted: [hostLink, peerLink] };
}

it('names what the daemon before has sealed, once that is known to netns', async () => {
  const { clock, asked, repair, world, adopted } = bed();
  repair.look(undefined);
  await clock.advance(0);
  repair.look(undefined);
  await clock.advance(0);
  expect(asked).toEqual([adopted, []]);
  expect(world.repairs).toBe(0);
});

it('tells of seals that it has put back', async () => {
  const { clock, repair, world, log } = bed();
  world.lost = ['ods1'];
  repair.look(undefined);
  await clock.advance(0);
  expect(world.repairs).toBe(1);
  const message = 'seals of links were removed: restored them';
  expect(log.lines).toContainEqual(expect.objectContaining({ level: 'warn', message }));
});

it('looks once more when it is asked to while it looks: what it reads may be older than the change', async () => {
  const { clock, repair, asked, world } = bed();
  world.onRead = () => {
    world.onRead = undefined;
    repair.look(undefined);
    repair.look(undefined);
  };
  repair.look(undefined);
  await clock.advance(0);
  expect(asked).toHaveLength(2);
});

it('tries again what fails, and shows it until it succeeds', async () => {
  const { clock, repair, world, asked, failures, adopted } = bed();
  world.error = new NetnsError('COMMAND', 'nft said no');
  repair.look(undefined);
  await clock.advance(0);
  expect(failures.all()).toMatchObject([{ error: { message: 'nft said no' } }]);
  world.error = undefined;
  await clock.advance(2000);
  expect(asked.slice(0, 2)).toEqual([adopted, adopted]);
  expect(failures.all()).toEqual([]);
});
