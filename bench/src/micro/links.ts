import { addVeth, type Change, netns, removeLink, setLink } from '@dovesnap/netns';
import { openNamespace } from '@dovesnap/testkit';
import { timeRepeatedly } from '../time-repeatedly.ts';
import { inChunks, type MeasureOperations } from './operation.ts';

const step = 8;

/** Batches of `ip` in a namespace of their own that holds so many veth pairs. */
export const measureLinks: MeasureOperations = async (size) => {
  const namespace = await openNamespace();
  try {
    const links = netns({ path: namespace.path });
    const there = Array.from({ length: size }, (_, index) => pair('a', index));
    for (const some of inChunks(there, 500)) await links.apply(some.flat());
    const more = Array.from({ length: step }, (_, index) => pair('b', index)).flat();
    const gone = Array.from({ length: step }, (_, index) => removeLink(`b${index}x`));
    const add = (): Promise<void> => links.apply(more);
    const remove = (): Promise<void> => links.apply(gone);
    const adding = await timeRepeatedly(add, remove);
    await add();
    const removing = await timeRepeatedly(remove, add);
    const toggling = await timeRepeatedly((index) =>
      links.apply([setLink('a0x', { up: index % 2 === 0 })]),
    );
    return [
      { title: `ip: make ${step} veth pairs, both ends up`, times: adding },
      { title: `ip: remove ${step} veth pairs`, times: removing },
      { title: 'ip: one link up or down', times: toggling },
    ];
  } finally {
    await namespace.close();
  }
};

function pair(prefix: string, index: number): Change[] {
  const [one, other] = [`${prefix}${index}x`, `${prefix}${index}y`];
  return [
    addVeth(one, other),
    setLink(one, { addressGeneration: 'none', up: true }),
    setLink(other, { addressGeneration: 'none', up: true }),
  ];
}
