/** A metric of Prometheus: what it is called, what it is, and its values now. */
export interface Family {
  /** Of a counter without `_total`. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly samples: readonly FamilySample[];
}

export interface FamilySample {
  /** What a histogram adds to its name: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string;
  readonly labels: readonly Label[];
  readonly value: number;
}

export type Label = readonly [name: string, value: string];

/** A family of one value without labels. */
export function single(type: "counter" | "gauge", name: string, help: string, value: number): Family {
  return { name, type, help, samples: [{ labels: [], value }] };
}
