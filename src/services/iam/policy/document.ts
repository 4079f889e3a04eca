/** A policy document as JSON has it, after its structure was checked: every list is a list. */
export interface PolicyDocument {
  readonly version: "2008-10-17" | "2012-10-17";
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly sid: string | undefined;
  readonly effect: "Allow" | "Deny";
  /** Exactly one of each pair; the principals are absent in identity-based policies. */
  readonly action?: readonly string[];
  readonly notAction?: readonly string[];
  readonly resource?: readonly string[];
  readonly notResource?: readonly string[];
  readonly principal?: Principals;
  readonly notPrincipal?: Principals;
  readonly conditions: readonly ConditionEntry[];
}

/** Kind (`AWS`, `Service`, `Federated`, `CanonicalUser`) -> values. `"*"` alone reads as `{ AWS: ["*"] }`. */
export type Principals = Readonly<Record<string, readonly string[]>>;

export interface ConditionEntry {
  /** `ForAnyValue:StringLikeIfExists` */
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** The JSON is no policy: what is wrong is told by `validatePolicy`. */
export class PolicySyntaxError extends Error {
  override readonly name = "PolicySyntaxError";
}

const topElements = new Set(["Version", "Id", "Statement"]);
const statementElements = new Set([
  "Sid",
  "Effect",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Principal",
  "NotPrincipal",
  "Condition",
]);
const principalKinds = new Set(["AWS", "Service", "Federated", "CanonicalUser"]);

/**
 * Reads a policy document (IAM User Guide, "Grammar of the IAM JSON policy language"). Throws `PolicySyntaxError` where
 * the grammar is broken. What a kind of policy must have besides, is `validatePolicy`'s to say.
 */
export function parsePolicy(text: string): PolicyDocument {
  const json = parseJson(text);
  const top = objectOf(json, "the document");
  knownOnly(top, topElements);
  const { Version: version = "2008-10-17", Id: id, Statement: statements } = top;
  if (version !== "2008-10-17" && version !== "2012-10-17") throw new PolicySyntaxError("Version");
  if (id !== undefined && typeof id !== "string") throw new PolicySyntaxError("Id");
  const list = Array.isArray(statements) ? statements : [statements];
  if (list.length === 0) throw new PolicySyntaxError("Statement");
  return { version, statements: list.map(readStatement) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PolicySyntaxError("no JSON");
  }
}

function readStatement(json: unknown): Statement {
  const source = objectOf(json, "Statement");
  knownOnly(source, statementElements);
  const { Sid: sid, Effect: effect } = source;
  if (sid !== undefined && typeof sid !== "string") throw new PolicySyntaxError("Sid");
  if (effect !== "Allow" && effect !== "Deny") throw new PolicySyntaxError("Effect");
  for (const name of ["Action", "Resource", "Principal"]) {
    if (source[name] !== undefined && source[`Not${name}`] !== undefined) throw new PolicySyntaxError(name);
  }
  return {
    sid,
    effect,
    ...(source.Action !== undefined && { action: textsOf(source.Action) }),
    ...(source.NotAction !== undefined && { notAction: textsOf(source.NotAction) }),
    ...(source.Resource !== undefined && { resource: textsOf(source.Resource) }),
    ...(source.NotResource !== undefined && { notResource: textsOf(source.NotResource) }),
    ...(source.Principal !== undefined && { principal: readPrincipals(source.Principal) }),
    ...(source.NotPrincipal !== undefined && { notPrincipal: readPrincipals(source.NotPrincipal) }),
    conditions: source.Condition === undefined ? [] : readConditions(source.Condition),
  };
}

function readPrincipals(json: unknown): Principals {
  if (json === "*") return { AWS: ["*"] };
  const source = objectOf(json, "Principal");
  knownOnly(source, principalKinds);
  return Object.fromEntries(Object.entries(source).map(([kind, values]) => [kind, textsOf(values)]));
}

function readConditions(json: unknown): ConditionEntry[] {
  return Object.entries(objectOf(json, "Condition")).flatMap(([operator, keys]) =>
    Object.entries(objectOf(keys, operator)).map(([key, values]) => ({ operator, key, values: scalarsOf(values) })),
  );
}

function objectOf(json: unknown, what: string): Record<string, unknown> {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw new PolicySyntaxError(what);
  return json as Record<string, unknown>;
}

function knownOnly(source: Record<string, unknown>, known: ReadonlySet<string>): void {
  const unknown = Object.keys(source).find((name) => !known.has(name));
  if (unknown !== undefined) throw new PolicySyntaxError(unknown);
}

function textsOf(json: unknown): string[] {
  const list: unknown[] = Array.isArray(json) ? json : [json];
  return list.map((item) => {
    if (typeof item !== "string") throw new PolicySyntaxError("a text is wanted");
    return item;
  });
}

/** Conditions may also be given as JSON's own numbers and booleans. */
function scalarsOf(json: unknown): string[] {
  const list: unknown[] = Array.isArray(json) ? json : [json];
  return list.map((item) => {
    if (typeof item !== "string" && typeof item !== "number" && typeof item !== "boolean") {
      throw new PolicySyntaxError("a value is wanted");
    }
    return String(item);
  });
}
