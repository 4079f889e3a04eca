import { invalid, unsupported } from "./handler.ts";

/** An attribute: what it is when nobody has set it, and which values it may have. */
export interface Attribute {
  readonly key: string;
  readonly value: string;
  /** Why this can't be a value of it; undefined: it can. */
  readonly fault?: (value: string) => string | undefined;
  /** Why only the default works here, said after "is not available: "; absent: every value works. */
  readonly only?: string;
}

export interface GivenAttribute {
  readonly Key?: string;
  readonly Value?: string;
}

/** The attributes after these have been set; what is set to its default is as if it had not been. */
export function withAttributes(
  what: string,
  known: readonly Attribute[],
  old: Readonly<Record<string, string>>,
  given: readonly GivenAttribute[],
): Readonly<Record<string, string>> {
  const next = { ...old };
  const seen = new Set<string>();
  for (const { Key = "", Value = "" } of given) {
    const attribute = known.find(({ key }) => key === Key);
    if (attribute === undefined) throw invalid(`${what} attribute key '${Key}' is not recognized`);
    if (seen.has(Key)) throw invalid(`${what} attribute key '${Key}' was specified more than once`);
    seen.add(Key);
    const fault = attribute.fault?.(Value);
    if (fault !== undefined) throw invalid(`${what} attribute value '${Value}' of key '${Key}' is not valid: ${fault}`);
    if (Value !== attribute.value && attribute.only !== undefined) {
      throw unsupported(`${what} attribute '${Key}' with value '${Value}' is not available: ${attribute.only}`);
    }
    if (Value === attribute.value) delete next[Key];
    else next[Key] = Value;
  }
  return next;
}

/** Every attribute with its value. */
export function allAttributes(
  known: readonly Attribute[],
  set: Readonly<Record<string, string>>,
): { readonly Key: string; readonly Value: string }[] {
  return known.map(({ key, value }) => ({ Key: key, Value: set[key] ?? value }));
}

export function oneOf(...values: readonly string[]): (value: string) => string | undefined {
  return (value) => (values.includes(value) ? undefined : `it must be one of '${values.join("', '")}'`);
}

export const boolean = oneOf("true", "false");

export function between(least: number, most: number, unit = "seconds"): (value: string) => string | undefined {
  return (value) => {
    const number = Number(value);
    const fits = /^\d+$/.test(value) && number >= least && number <= most;
    return fits ? undefined : `it must be between ${least} and ${most} ${unit}`;
  };
}
