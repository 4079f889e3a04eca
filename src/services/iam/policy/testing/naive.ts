/**
 * A second evaluator for tests, written from the documentation's sentences without a look at the first one: it reads
 * the JSON anew each time, turns every pattern into a regular expression, and knows nothing of caches or short cuts.
 */
export interface NaiveCaller {
  readonly kind: "root" | "user" | "role";
  readonly account: string;
  readonly arn: string;
  /** Of a role's session. */
  readonly roleArn?: string;
}

export interface NaiveRequest {
  readonly caller: NaiveCaller;
  readonly action: string;
  readonly resource: string;
  /** By lower-case name. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

export interface NaivePolicies {
  readonly identity: readonly string[];
  readonly boundary?: string;
  readonly session?: readonly string[];
  readonly resource?: string;
}

interface RawStatement {
  Effect: "Allow" | "Deny";
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  Principal?: "*" | Record<string, string | string[]>;
  NotPrincipal?: "*" | Record<string, string | string[]>;
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** "An explicit deny in any policy overrides any allow", then what the page on evaluation logic says of each kind. */
export function naiveDecision(policies: NaivePolicies, request: NaiveRequest, resourceAccount: string): string {
  const every = [
    ...policies.identity,
    ...(policies.session ?? []),
    ...[policies.boundary, policies.resource].filter((text) => text !== undefined),
  ];
  if (every.some((text) => applying(text, request, "Deny").length > 0)) return "explicitDeny";
  const allows = (text: string) => applying(text, request, "Allow").length > 0;
  const boundary = policies.boundary === undefined || allows(policies.boundary);
  const session = policies.session === undefined || policies.session.some(allows);
  const identity = policies.identity.some(allows) && boundary && session;
  const granted = policies.resource === undefined ? [] : applying(policies.resource, request, "Allow");
  const { caller } = request;
  if (caller.account !== resourceAccount) return identity && granted.length > 0 ? "allowed" : "implicitDeny";
  if (identity) return "allowed";
  if (caller.kind !== "root" && granted.some((statement) => names(statement, caller.arn))) return "allowed";
  const wildcard = granted.some((statement) => names(statement, "*") || statement.NotPrincipal !== undefined);
  if (caller.kind === "role") {
    const role = wildcard || granted.some((statement) => names(statement, caller.roleArn!));
    return role && boundary && session ? "allowed" : "implicitDeny";
  }
  const anyone = granted.some((statement) => names(statement, "*"));
  if (anyone) return "allowed";
  return wildcard && boundary && session ? "allowed" : "implicitDeny";
}

function applying(text: string, request: NaiveRequest, effect: "Allow" | "Deny"): RawStatement[] {
  const { Version, Statement } = JSON.parse(text) as { Version?: string; Statement: RawStatement | RawStatement[] };
  const variables = Version === "2012-10-17";
  return list(Statement).filter(
    (statement) =>
      statement.Effect === effect &&
      matchesAction(statement, request.action) &&
      matchesResource(statement, request, variables) &&
      matchesPrincipal(statement, request.caller) &&
      Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
        Object.entries(keys).every(([key, values]) =>
          meets(operator, key, list(values), request, variables, statement.Effect),
        ),
      ),
  );
}

function list<T>(value: T | T[]): T[] {
  return Array.isArray(value) ? value : [value];
}

function matchesAction({ Action, NotAction }: RawStatement, action: string): boolean {
  const matches = (pattern: string) => wildcards(pattern, "i").test(action);
  return NotAction === undefined ? list(Action!).some(matches) : !list(NotAction).some(matches);
}

function matchesResource(statement: RawStatement, request: NaiveRequest, variables: boolean): boolean {
  const { Resource, NotResource, Effect } = statement;
  if (Resource === undefined && NotResource === undefined) return true;
  const tests = list(Resource ?? NotResource!).map((pattern) => arnTest(pattern, request, variables));
  const some = tests.some((test) => test?.(request.resource) ?? false);
  if (NotResource === undefined) return some;
  return !some && !(Effect === "Allow" && tests.includes(undefined));
}

/** "Each of the six colon-delimited components is checked separately." Undefined: a variable has no value. */
function arnTest(pattern: string, request: NaiveRequest, variables: boolean): ((arn: string) => boolean) | undefined {
  if (pattern === "*") return () => true;
  const whole = patternSource(pattern, request, variables, true);
  if (whole === undefined) return undefined;
  const parts = sixParts(pattern);
  while (parts.length < 6) parts.push("*");
  const tests = parts.map((part) => new RegExp(`^${patternSource(part, request, variables, true)}$`, "s"));
  return (arn) => {
    const texts = arn.split(":");
    if (texts.length < 6) return false;
    return [...texts.slice(0, 5), texts.slice(5).join(":")].every((text, i) => tests[i]!.test(text));
  };
}

/** Colons in the braces of a variable are the variable's. */
function sixParts(pattern: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const character of pattern) {
    if (character === "{") depth++;
    if (character === "}") depth--;
    if (character === ":" && depth === 0 && parts.length < 6) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts;
}

function matchesPrincipal(statement: RawStatement, caller: NaiveCaller): boolean {
  const { Principal, NotPrincipal, Effect } = statement;
  if (Principal === undefined && NotPrincipal === undefined) return true;
  const own = caller.kind === "root" ? [] : [caller.arn, ...(caller.roleArn === undefined ? [] : [caller.roleArn])];
  const namesAccount = () =>
    names(statement, caller.account) || names(statement, `arn:aws:iam::${caller.account}:root`);
  if (Principal !== undefined)
    return names(statement, "*") || namesAccount() || own.some((arn) => names(statement, arn));
  if (names(statement, "*")) return false;
  if (Effect === "Deny") return !(namesAccount() && own.every((arn) => names(statement, arn)));
  return !(namesAccount() || own.some((arn) => names(statement, arn)));
}

function names({ Principal, NotPrincipal }: RawStatement, who: string): boolean {
  const principals = Principal ?? NotPrincipal;
  if (principals === undefined) return false;
  return principals === "*" ? who === "*" : list(principals.AWS ?? []).includes(who);
}

function meets(
  operator: string,
  key: string,
  values: string[],
  request: NaiveRequest,
  variables: boolean,
  effect: "Allow" | "Deny",
): boolean {
  const set = operator.startsWith("ForAllValues:") ? "all" : operator.startsWith("ForAnyValue:") ? "any" : undefined;
  const ifExists = operator.endsWith("IfExists");
  const base = operator.replace(/^For\w+:/, "").replace(/IfExists$/, "");
  const given = request.context[key.toLowerCase()];
  const texts = given === undefined ? [] : typeof given === "string" ? [given] : [...given];
  if (base === "Null") return values.some((value) => (value === "true") === (texts.length === 0));
  const negated = base.includes("Not");
  const positive = base.replace("Not", "");
  const tests = values.map((value) => valueTest(positive, value, request, variables));
  if (negated && effect === "Allow" && tests.includes(undefined)) return false;
  if (texts.length === 0) return ifExists || set === "all" || (set === undefined && negated);
  const matches = (text: string) => tests.some((test) => test?.(text) ?? false);
  if (set === "all") return texts.every((text) => matches(text) !== negated);
  if (set === "any") return texts.some((text) => matches(text) !== negated);
  return texts.some(matches) !== negated;
}

type ValueTest = ((text: string) => boolean) | undefined;

function valueTest(operator: string, value: string, request: NaiveRequest, variables: boolean): ValueTest {
  const regexp = (flags: string, wild: boolean): ValueTest => {
    const source = patternSource(value, request, variables, wild);
    return source === undefined ? undefined : (text) => new RegExp(`^${source}$`, flags).test(text);
  };
  if (operator === "StringEquals") return regexp("s", false);
  if (operator === "StringEqualsIgnoreCase") return regexp("si", false);
  if (operator === "StringLike") return regexp("s", true);
  if (operator === "ArnEquals" || operator === "ArnLike") return arnTest(value, request, variables);
  if (operator === "Bool") return (text) => text.toLowerCase() === value.toLowerCase();
  if (operator === "BinaryEquals") return (text) => Buffer.from(text, "base64").equals(Buffer.from(value, "base64"));
  if (operator === "IpAddress") return (text) => inNetwork(text, value);
  const read = operator.startsWith("Numeric") ? Number : instant;
  const compare: Record<string, (a: number, b: number) => boolean> = {
    Equals: (a, b) => a === b,
    LessThan: (a, b) => a < b,
    LessThanEquals: (a, b) => a <= b,
    GreaterThan: (a, b) => a > b,
    GreaterThanEquals: (a, b) => a >= b,
  };
  return (text) => compare[operator.replace(/^(Numeric|Date)/, "")]!(read(text), read(value));
}

function instant(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}

/** IPv4 only. */
function inNetwork(address: string, network: string): boolean {
  const bits = (text: string) =>
    text
      .split(".")
      .map((part) => Number(part).toString(2).padStart(8, "0"))
      .join("");
  const [base, length = "32"] = network.split("/");
  return bits(address).slice(0, Number(length)) === bits(base!).slice(0, Number(length));
}

function wildcards(pattern: string, flags: string): RegExp {
  return new RegExp(`^${escaped(pattern).replaceAll("\\*", ".*").replaceAll("\\?", ".")}$`, `s${flags}`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** The source of a regular expression; undefined when a variable has no value. */
function patternSource(text: string, request: NaiveRequest, variables: boolean, wild: boolean): string | undefined {
  let source = "";
  for (const [piece] of text.matchAll(/\$\{[^{}]*\}|[^$]+|\$/gs)) {
    const inside = variables && piece.startsWith("${") ? piece.slice(2, -1) : undefined;
    if (inside === undefined) {
      source += wild ? escaped(piece).replaceAll("\\*", ".*").replaceAll("\\?", ".") : escaped(piece);
    } else if (["*", "?", "$"].includes(inside)) {
      source += escaped(inside);
    } else {
      const [name, fallback] = inside.split(",").map((part) => part.trim());
      const value = request.context[name!.toLowerCase()];
      const text = typeof value === "string" ? value : fallback?.slice(1, -1);
      if (text === undefined) return undefined;
      source += escaped(text);
    }
  }
  return source;
}
