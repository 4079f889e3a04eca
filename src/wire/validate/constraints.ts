import type { Member, Shape } from "../model.ts";

/** One constraint of the model that the input breaks. */
export interface Violation {
  readonly kind:
    | "required"
    | "pattern"
    | "maxLength"
    | "minLength"
    | "maxValue"
    | "minValue"
    | "enum"
    | "mapKey"
    | "mapValue";
  /** Where: the names of members, 1-based positions in lists, keys of maps. */
  readonly path: readonly (string | number)[];
  readonly member: Member;
  readonly value: unknown;
  /** The constraint in AWS's words: `Member must have length less than or equal to 10`. */
  readonly text: string;
}

/** Texts longer than this are told to be too long, if they are, and not matched against patterns. */
const longestMatched = 100_000;

/**
 * No more are looked for: nobody reads them, and a body of 16 MiB can break millions, each of which is told in some
 * hundred characters.
 */
const mostViolations = 1000;

/** The constraints that the input breaks, in the order of the model's members: all, or the first thousand or so. */
export function violationsOf(shape: Shape, input: Readonly<Record<string, unknown>>): readonly Violation[] {
  const found: Violation[] = [];
  checkStructure(shape, input, [], found);
  return found;
}

type Path = readonly (string | number)[];

function checkStructure(shape: Shape, value: Readonly<Record<string, unknown>>, path: Path, found: Violation[]): void {
  for (const member of shape.members) {
    if (found.length >= mostViolations) return;
    const item = value[member.name];
    if (item !== undefined) checkMember(member, item, path, member.name, found);
    else if (member.required) found.push(nullViolation(member, [...path, member.name]));
  }
}

function checkMember(member: Member, value: unknown, parent: Path, name: string | number, found: Violation[]): void {
  const { shape } = member;
  if (value === null) {
    found.push(nullViolation(member, [...parent, name]));
    return;
  }
  if (!shapeMayFail(shape)) return;
  const path = [...parent, name];
  for (const failure of failuresOf(shape, value)) found.push({ ...failure, path, member, value });
  switch (shape.type) {
    case "structure":
      if (!shape.traits.document) checkStructure(shape, value as Record<string, unknown>, path, found);
      break;
    case "list":
      checkItems(shape.element!, value as readonly unknown[], path, found);
      break;
    case "map":
      checkMap(member, value as Record<string, unknown>, path, found);
      break;
  }
}

function checkItems(element: Member, items: readonly unknown[], path: Path, found: Violation[]): void {
  for (const [i, item] of items.entries()) {
    if (found.length >= mostViolations) return;
    checkMember(element, item, path, i + 1, found);
  }
}

function nullViolation(member: Member, path: Path): Violation {
  return { kind: "required", path, member, value: null, text: "Member must not be null" };
}

/** AWS reports a map's keys and its scalar values as one violation of the map, listing the constraints. */
function checkMap(member: Member, map: Readonly<Record<string, unknown>>, path: Path, found: Violation[]): void {
  const { key, value } = member.shape;
  const entries = Object.entries(map);
  if (entries.some(([name]) => failuresOf(key!.shape, name).length > 0)) {
    const text = `Map keys must satisfy constraint: [${constraintsOf(key!.shape).join(", ")}]`;
    found.push({ kind: "mapKey", path, member, value: map, text });
  }
  const isScalar = !["structure", "list", "map"].includes(value!.shape.type);
  if (isScalar && entries.some(([, item]) => item === null || failuresOf(value!.shape, item).length > 0)) {
    const text = `Map value must satisfy constraint: [${constraintsOf(value!.shape).join(", ")}]`;
    found.push({ kind: "mapValue", path, member, value: map, text });
  }
  if (isScalar) return;
  for (const [name, item] of entries) {
    if (found.length >= mostViolations) return;
    checkMember(value!, item, path, name, found);
  }
}

type Failure = Pick<Violation, "kind" | "text">;

function failuresOf(shape: Shape, value: unknown): Failure[] {
  const { traits } = shape;
  const failures: Failure[] = [];
  if (typeof value === "string") {
    const pattern = value.length > longestMatched ? undefined : patternOf(shape);
    if (pattern !== undefined && !pattern.test(value))
      failures.push({ kind: "pattern", text: patternText(traits.pattern!) });
  }
  const size = sizeOf(value);
  if (size !== undefined) {
    if (traits.max !== undefined && size > traits.max)
      failures.push({ kind: "maxLength", text: maxLength(traits.max) });
    if (traits.min !== undefined && size < traits.min)
      failures.push({ kind: "minLength", text: minLength(traits.min) });
  } else if (typeof value === "number") {
    if (traits.max !== undefined && value > traits.max) failures.push({ kind: "maxValue", text: maxValue(traits.max) });
    if (traits.min !== undefined && value < traits.min) failures.push({ kind: "minValue", text: minValue(traits.min) });
  }
  if (shape.enumValues !== undefined && !shape.enumValues.has(value as string)) {
    failures.push({ kind: "enum", text: enumText(shape.enumValues) });
  }
  return failures;
}

function constraintsOf(shape: Shape): string[] {
  const { max, min, pattern } = shape.traits;
  const texts: string[] = [];
  const isNumber = !["string", "blob", "list", "map"].includes(shape.type);
  if (max !== undefined) texts.push(isNumber ? maxValue(max) : maxLength(max));
  if (min !== undefined) texts.push(isNumber ? minValue(min) : minLength(min));
  if (pattern !== undefined) texts.push(patternText(pattern));
  if (shape.enumValues !== undefined) texts.push(enumText(shape.enumValues));
  texts.push("Member must not be null");
  return texts;
}

export const maxLength = (max: number) => `Member must have length less than or equal to ${max}`;
export const minLength = (min: number) => `Member must have length greater than or equal to ${min}`;
const maxValue = (max: number) => `Member must have value less than or equal to ${max}`;
const minValue = (min: number) => `Member must have value greater than or equal to ${min}`;
const patternText = (pattern: string) => `Member must satisfy regular expression pattern: ${pattern}`;
const enumText = (values: ReadonlySet<string>) => `Member must satisfy enum value set: [${[...values].join(", ")}]`;

function sizeOf(value: unknown): number | undefined {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  if (value instanceof Uint8Array) return value.byteLength;
  if (typeof value === "object" && value !== null) return Object.keys(value).length;
  return undefined;
}

const patterns = new WeakMap<Shape, RegExp>();

function patternOf(shape: Shape): RegExp | undefined {
  if (shape.traits.pattern === undefined) return undefined;
  let pattern = patterns.get(shape);
  if (pattern === undefined) {
    pattern = compilePattern(shape.traits.pattern);
    patterns.set(shape, pattern);
  }
  return pattern;
}

/** What the models' patterns, which are Java's, write differently. */
const translations: readonly (readonly [string, string])[] = [
  ["\\uD800\\uDC00-\\uDBFF\\uDFFF", "\\u{10000}-\\u{10FFFF}"],
  ["\\p{Print}", "[\\x20-\\x7E]"],
];

/**
 * A model's pattern, which is for the whole value. Throws a `SyntaxError` for one that JavaScript lacks; a test
 * compiles all that are generated.
 */
export function compilePattern(pattern: string): RegExp {
  let source = pattern;
  for (const [java, javascript] of translations) source = source.replaceAll(java, javascript);
  // Java's flags hold to the end of the pattern, JavaScript's within their group.
  source = source.replace(/^\(\?([is])\)(.*)$/s, "(?$1:$2)");
  // The classic syntax escapes more than Unicode mode allows, which alone knows \p{...} and \u{...}.
  return new RegExp(`^(?:${source})$`, /\\[pu]\{/i.test(source) ? "u" : "s");
}

const mayFail = new WeakMap<Shape, boolean>();

/** Whether the shape or anything below it has a constraint, so that most of a big input need not be walked. */
function shapeMayFail(shape: Shape): boolean {
  const known = mayFail.get(shape);
  if (known !== undefined) return known;
  mayFail.set(shape, true); // a shape inside itself: walking it is right, if not needed
  const { traits, members, element, key, value } = shape;
  const own = traits.pattern ?? traits.max ?? traits.min ?? traits.enum;
  const below = [...members, element, value].filter((member) => member !== undefined);
  const result =
    own !== undefined ||
    shape.type === "list" || // whose items must not be null
    shape.type === "map" ||
    members.some((member) => member.required) ||
    (key !== undefined && shapeMayFail(key.shape)) ||
    below.some((member) => shapeMayFail(member.shape));
  mayFail.set(shape, result);
  return result;
}
