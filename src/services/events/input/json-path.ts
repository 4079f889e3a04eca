/** The step of a path: a name, the number of an element, or all there are. */
export type PathStep = string | number | "*";

/**
 * The part of JSONPath that EventBridge takes: `$`, names behind dots or in brackets, numbers of elements, `*`.
 * Undefined for anything else.
 */
export function parseJsonPath(text: string): readonly PathStep[] | undefined {
  if (!text.startsWith("$")) return undefined;
  const steps: PathStep[] = [];
  const form = /\.([A-Za-z0-9_/:-]+|\*)|\[(\d+|\*)\]|\['([^']+)'\]|\["([^"]+)"\]/y;
  form.lastIndex = 1;
  while (form.lastIndex < text.length) {
    const match = form.exec(text);
    if (match === null) return undefined;
    const [, dotted, bracketed, single, double] = match;
    if (bracketed !== undefined && bracketed !== "*") steps.push(Number(bracketed));
    else steps.push(dotted ?? bracketed ?? single ?? double!);
  }
  return steps;
}

/** What stands at a path; undefined when nothing does. A path with `*` gives a list. */
export function valueAt(value: unknown, steps: readonly PathStep[]): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (typeof value !== "object" || value === null) return undefined;
  if (step === "*") {
    return Object.values(value)
      .map((item) => valueAt(item, rest))
      .filter((item) => item !== undefined);
  }
  return Object.hasOwn(value, step) ? valueAt((value as Record<string, unknown>)[step], rest) : undefined;
}
