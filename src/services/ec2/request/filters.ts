import type { Filter } from "#generated/ec2/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Tag } from "../model.ts";

export type FilterValue = string | number | boolean | undefined;

/** The filters of a describe operation by name: what values a record has for it. */
export type FilterTable<T> = Readonly<
  Record<string, (record: T, ctx: RequestContext) => FilterValue | readonly FilterValue[]>
>;

const maxFilterValues = 200;

/**
 * A test that holds for the records that match every filter; a filter matches when any of its values does. `tag:KEY`,
 * `tag-key` and `tag-value` are understood for all that is tagged.
 */
export function filterTest<T extends { readonly tags: readonly Tag[] }>(
  ctx: RequestContext,
  filters: readonly Filter[] | undefined,
  table: FilterTable<T>,
): (record: T) => boolean {
  if (filters === undefined || filters.length === 0) return () => true;
  if (filters.flatMap((filter) => filter.Values ?? []).length > maxFilterValues) {
    const message = `The maximum number of filter values specified on a single call is ${maxFilterValues}`;
    throw ctx.fault("FilterLimitExceeded", message);
  }
  const tests = filters.map((filter) => {
    const valuesOf = valuesFor(ctx, filter.Name ?? "null", table);
    const patterns = (filter.Values ?? []).map(wildcard);
    return (record: T) => {
      const values = [valuesOf(record, ctx)].flat().filter((value) => value !== undefined);
      return values.some((value) => patterns.some((matches) => matches(String(value))));
    };
  });
  return (record) => tests.every((matches) => matches(record));
}

function valuesFor<T extends { readonly tags: readonly Tag[] }>(
  ctx: RequestContext,
  name: string,
  table: FilterTable<T>,
): FilterTable<T>[string] {
  if (name === "tag-key") return (record) => record.tags.map((tag) => tag.key);
  if (name === "tag-value") return (record) => record.tags.map((tag) => tag.value);
  if (name.startsWith("tag:")) {
    const key = name.slice("tag:".length);
    return (record) => record.tags.find((tag) => tag.key === key)?.value;
  }
  const known = Object.hasOwn(table, name) ? table[name] : undefined;
  if (known === undefined) throw ctx.fault("InvalidParameterValue", `The filter '${name}' is invalid`);
  return known;
}

/**
 * A pattern of the EC2 API: `*` stands for any characters, `?` for one or none, `\` takes the meaning from the next
 * character. The time is at most the product of the lengths, whatever the pattern.
 */
export function wildcard(pattern: string): (text: string) => boolean {
  if (!/[*?\\]/.test(pattern)) return (text) => text === pattern;
  const steps = [...pattern.matchAll(/\\(.)|([\s\S])/gu)].map(([, escaped, plain]) =>
    escaped !== undefined ? { literal: escaped } : plain === "*" || plain === "?" ? plain : { literal: plain! },
  );
  return (text) => {
    // reached[i]: the first i steps can match what has been read.
    let reached = withSkips([true, ...steps.map(() => false)], steps);
    for (const character of text) {
      const next = reached.map((_, i) => {
        if (i > 0 && reached[i - 1]) {
          const step = steps[i - 1]!;
          if (step === "?" || step === "*" || step.literal === character) return true;
        }
        return i > 0 && reached[i] === true && steps[i - 1] === "*";
      });
      reached = withSkips(next, steps);
    }
    return reached[steps.length] === true;
  };
}

type Step = "*" | "?" | { readonly literal: string };

/** Wildcards can also match nothing. */
function withSkips(reached: boolean[], steps: readonly Step[]): boolean[] {
  for (let i = 0; i < steps.length; i++) {
    if (reached[i] && typeof steps[i] === "string") reached[i + 1] = true;
  }
  return reached;
}
