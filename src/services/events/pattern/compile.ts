import { EventFields, toPath } from "./event.ts";
import { type Condition, matchesAll } from "./match.ts";
import { anyOf, type Matcher } from "./matchers.ts";
import { type Alternative, parsePattern } from "./parse.ts";

/** An event pattern that is ready to be asked. */
export interface CompiledPattern {
  matches(event: EventFields): boolean;
  /**
   * The only values that `source` may have in an event that matches; undefined when others may do. Rules are looked up
   * by them.
   */
  readonly sources: readonly string[] | undefined;
  /** The only texts that a field (`detail.service`) may have in an event that matches; undefined as above. */
  valuesOf(path: string): readonly string[] | undefined;
}

/** Throws a `PatternError`, in AWS's words, when the text is no event pattern. */
export function compilePattern(text: string): CompiledPattern {
  const alternatives = parsePattern(text);
  const conditions = alternatives.map(toConditions);
  return {
    // An address may be written in other ways.
    sources: valuesOf(alternatives, "source", (text) => !/[.:]\d|::/.test(text)),
    valuesOf: (path) => valuesOf(alternatives, path),
    matches: (event) => conditions.some((all) => matchesAll(all, event)),
  };
}

function toConditions(alternative: Alternative): readonly Condition[] {
  const paths = [...alternative.keys()].sort();
  return paths.map((name) => {
    const matchers = alternative.get(name)!;
    const present = matchers.filter(({ kind }) => kind !== "absent");
    return {
      path: toPath(name),
      test: present.length === 0 ? undefined : anyOf(present),
      mayBeAbsent: present.length < matchers.length,
    };
  });
}

function valuesOf(
  alternatives: readonly Alternative[],
  path: string,
  isWhole = (_text: string) => true,
): readonly string[] | undefined {
  const found = new Set<string>();
  for (const alternative of alternatives) {
    const matchers: readonly (Matcher | undefined)[] = alternative.get(path) ?? [undefined];
    for (const matcher of matchers) {
      if (matcher?.kind !== "is" || typeof matcher.value !== "string" || !isWhole(matcher.value)) return undefined;
      found.add(matcher.value);
    }
  }
  return [...found];
}

const mostCompiled = 2000;
const compiled = new Map<string, CompiledPattern>();

/** The same, kept for the next time: of the patterns used last, so many as an account has rules. */
export function cachedPattern(text: string): CompiledPattern {
  const known = compiled.get(text) ?? compilePattern(text);
  compiled.delete(text);
  compiled.set(text, known);
  if (compiled.size > mostCompiled) compiled.delete(compiled.keys().next().value!);
  return known;
}

/** Whether an event matches a pattern. Throws a `PatternError`. */
export function matchesPattern(pattern: string, event: object): boolean {
  return compilePattern(pattern).matches(new EventFields(event));
}
