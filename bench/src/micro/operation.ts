/** One operation, done again and again beside a number of things that are there already. */
export interface Operation {
  readonly title: string;
  /** Milliseconds. */
  readonly times: readonly number[];
}

/** Measures operations beside `size` things. */
export type MeasureOperations = (size: number) => Promise<readonly Operation[]>;

/** Splits a list, so that no single transaction or batch is out of proportion. */
export function inChunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}
