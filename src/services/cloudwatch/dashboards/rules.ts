/** What is wrong with a JSON document, and where: `/widgets/0/properties`. Named as CloudWatch answers it. */
export interface Finding {
  readonly dataPath: string;
  readonly message: string;
}

export interface Findings {
  readonly errors: Finding[];
  /** What does not hinder, but is not shown either. */
  readonly warnings: Finding[];
}

/** Looks at a value, whose place in the document is `path`, and adds what is wrong with it. */
export type Rule = (value: unknown, path: string, found: Findings) => void;

export type JsonObject = Readonly<Record<string, unknown>>;

function fault(found: Findings, dataPath: string, message: string): void {
  found.errors.push({ dataPath, message });
}

function typed(type: string, isIt: (value: unknown) => boolean): Rule {
  return (value, path, found) => {
    if (!isIt(value)) fault(found, path, `Should be ${type}`);
  };
}

export const string = typed("string", (value) => typeof value === "string");
export const boolean = typed("boolean", (value) => typeof value === "boolean");
export const number = typed("number", (value) => typeof value === "number");
/** Anything: what it is does not matter here. */
export const anything: Rule = () => {};

export function integer(least: number, most = Number.MAX_SAFE_INTEGER): Rule {
  return (value, path, found) => {
    if (!Number.isInteger(value)) fault(found, path, "Should be integer");
    else if ((value as number) < least) fault(found, path, `Should be >= ${least}`);
    else if ((value as number) > most) fault(found, path, `Should be <= ${most}`);
  };
}

export function oneOf(...allowed: readonly unknown[]): Rule {
  return (value, path, found) => {
    if (!allowed.includes(value)) fault(found, path, "Should be equal to one of the allowed values");
  };
}

export function matching(pattern: RegExp): Rule {
  return (value, path, found) => {
    if (typeof value !== "string") fault(found, path, "Should be string");
    else if (!pattern.test(value)) fault(found, path, `Should match pattern "${pattern.source}"`);
  };
}

export function array(item: Rule, { least = 0, most = Number.POSITIVE_INFINITY } = {}): Rule {
  return (value, path, found) => {
    if (!Array.isArray(value)) return fault(found, path, "Should be array");
    if (value.length < least) fault(found, path, `Should NOT have fewer than ${least} items`);
    if (value.length > most) fault(found, path, `Should NOT have more than ${most} items`);
    for (const [i, each] of value.entries()) item(each, `${path}/${i}`, found);
  };
}

/** An object of these members; those that are not among them are told as warnings, or where `isStrict` as errors. */
export function object(
  members: Readonly<Record<string, Rule>>,
  { required = [], isStrict = false }: { readonly required?: readonly string[]; readonly isStrict?: boolean } = {},
): Rule {
  return (value, path, found) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return fault(found, path, "Should be object");
    }
    for (const name of required) {
      if (!Object.hasOwn(value, name)) fault(found, path, `Should have required property '${name}'`);
    }
    for (const [name, each] of Object.entries(value)) {
      if (Object.hasOwn(members, name)) members[name]!(each, `${path}/${name}`, found);
      else {
        const unknown = { dataPath: path, message: `Should NOT have additional properties: '${name}'` };
        (isStrict ? found.errors : found.warnings).push(unknown);
      }
    }
  };
}
