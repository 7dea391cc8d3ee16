/** What a treatment can be set to. */
export type TreatmentValue = boolean | number | string;

/**
 * A way to treat the traffic of a port beside its ACLs, which its container's label asks for. The folder of a feature
 * defines it; what carries, records and shows it knows no more than this.
 */
export interface Treatment<Value extends TreatmentValue = TreatmentValue> {
  /** Its key in {@link Treatments}. */
  readonly name: string;
  /** Label of a container. */
  readonly label: `dovesnap.faucet.${string}`;
  /** Whether the `external_ids` of a port that an operator has added may ask for it too, under the same key. */
  readonly onRows: boolean;
  /** Key in `external_ids` of a container's port, which remembers the value. */
  readonly record: `dovesnap.${string}`;
  /** Field of `/networks`. */
  readonly shown: string;
  /** Field of the topology. Undefined if it is not drawn. */
  readonly drawn?: string;
  /** The value of a port that does not ask for it. */
  readonly none: Value | null;
  /** Parses a value of a label or a record. Undefined if it is malformed. */
  readonly parse: (text: string) => Value | undefined;
  /** What {@link parse} accepts, for use in a sentence. */
  readonly accepts: string;
  /** Two values, to show how they are given per network. */
  readonly examples: readonly [string, string];
}

/** How a port's traffic is treated: what it asks for, by the names of treatments. */
export type Treatments = ReadonlyMap<string, TreatmentValue>;

/** The treatments of a port whose container asks for none. */
export const noTreatments: Treatments = new Map();

/** Returns the value of a treatment. Undefined if it is not asked for. */
export function askedValue<Value extends TreatmentValue>(
  treatments: Treatments,
  { name }: Treatment<Value>,
): Value | undefined {
  return treatments.get(name) as Value | undefined;
}

/** Returns the treatments for which `valueFor` has a value. */
export function chooseTreatments(
  known: readonly Treatment[],
  valueFor: (treatment: Treatment) => TreatmentValue | undefined,
): Treatments {
  const asked = known.flatMap((treatment): [string, TreatmentValue][] => {
    const value = valueFor(treatment) ?? treatment.none;
    return value === null || value === treatment.none ? [] : [[treatment.name, value]];
  });
  return new Map(asked);
}

/** Returns the names of those that differ between two ports. */
export function differingTreatments(a: Treatments, b: Treatments): readonly string[] {
  const names = new Set([...a.keys(), ...b.keys()]);
  return [...names].filter((name) => a.get(name) !== b.get(name));
}

/** Formats the treatments of a port for its record. Null removes the key. */
export function formatTreatments(
  known: readonly Treatment[],
  of: Treatments,
): Readonly<Record<string, string | null>> {
  const fields = known.map(({ name, record }) => [record, of.get(name)?.toString() ?? null]);
  return Object.fromEntries(fields);
}

/** Parses the treatments of a port from its record. */
export function parseTreatments(
  known: readonly Treatment[],
  ids: Readonly<Record<string, string>>,
): Treatments {
  return chooseTreatments(known, ({ record, parse }) => {
    const text = ids[record];
    return text === undefined ? undefined : parse(text);
  });
}

/** Returns the fields of `/networks` that show them. */
export function shownTreatments(
  known: readonly Treatment[],
  of: Treatments,
): Readonly<Record<string, TreatmentValue | null>> {
  return Object.fromEntries(known.map(({ name, shown, none }) => [shown, of.get(name) ?? none]));
}

/** Returns the fields of the topology that show them. */
export function drawnTreatments(
  known: readonly Treatment[],
  of: Treatments,
): Readonly<Record<string, TreatmentValue>> {
  const fields = known.flatMap(({ name, drawn }): [string, TreatmentValue][] => {
    const value = of.get(name);
    return drawn === undefined || value === undefined ? [] : [[drawn, value]];
  });
  return Object.fromEntries(fields);
}
