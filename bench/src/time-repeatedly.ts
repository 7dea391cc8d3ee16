const fewest = 5;
const most = 50;
const enoughMs = 1500;

/**
 * Does something again and again, one after another, 5 to 50 times as it fits into 1.5 s; milliseconds of each. The first
 * time is not counted.
 */
export async function timeRepeatedly(
  act: (index: number) => unknown,
  afterwards: (index: number) => unknown = () => undefined,
): Promise<readonly number[]> {
  const times: number[] = [];
  let spent = 0;
  for (let index = 0; index <= most && (index <= fewest || spent < enoughMs); index++) {
    const started = performance.now();
    await act(index);
    const took = performance.now() - started;
    await afterwards(index);
    spent += took;
    if (index > 0) times.push(took);
  }
  return times;
}
