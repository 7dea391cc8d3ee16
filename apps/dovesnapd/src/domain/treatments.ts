/**
 * What features do to the traffic of a port beside its ACLs, when its container's label, or the row of a port that an
 * operator has added, asks for it.
 */
const treatments = {
  mirror: {
    /** Label of a container, and key in `external_ids` of the Interface row of an operator's port. */
    label: 'dovesnap.faucet.mirror',
    /** Key in `external_ids` of a port's row, which remembers it. */
    record: 'dovesnap.mirrored',
    /** Field of `/networks`. */
    shown: 'Mirrored',
    /** Field of the topology. */
    drawn: 'mirrored',
  },
} as const;

/** Name of the feature that treats the traffic. */
export type Treatment = keyof typeof treatments;

/** How a port's traffic is treated. */
export type Treatments = ReadonlySet<Treatment>;

/** All treatments that there are. */
export const allTreatments = Object.keys(treatments) as readonly Treatment[];

/** The treatment of a port whose container asks for none. */
export const noTreatments: Treatments = new Set();

/** Returns those that differ between two ports. */
export function differingTreatments(a: Treatments, b: Treatments): readonly Treatment[] {
  return allTreatments.filter((treatment) => a.has(treatment) !== b.has(treatment));
}

/** Returns those that `isAsked` accepts. */
export function treatmentsThat(isAsked: (treatment: Treatment) => boolean): Treatments {
  return new Set(allTreatments.filter(isAsked));
}

/** Returns the label of a container, or the key of an operator's row, that asks for it. */
export function labelOf(treatment: Treatment): string {
  return treatments[treatment].label;
}

/** Formats the treatments of a port for its record. Null removes the key. */
export function formatTreatments(of: Treatments): Readonly<Record<string, 'true' | null>> {
  const fields = allTreatments.map((one) => [treatments[one].record, of.has(one) ? 'true' : null]);
  return Object.fromEntries(fields);
}

/** Parses the treatments of a port from its record. */
export function parseTreatments(ids: Readonly<Record<string, string>>): Treatments {
  return treatmentsThat((one) => ids[treatments[one].record] === 'true');
}

/** Returns the fields of `/networks` that show them. */
export function shownTreatments(of: Treatments): Readonly<Record<string, boolean>> {
  return Object.fromEntries(allTreatments.map((one) => [treatments[one].shown, of.has(one)]));
}

/** Returns the fields of the topology that show them. */
export function drawnTreatments(
  of: Treatments,
): Partial<Record<(typeof treatments)[Treatment]['drawn'], true>> {
  const drawn = allTreatments.filter((one) => of.has(one));
  return Object.fromEntries(drawn.map((one) => [treatments[one].drawn, true]));
}
