import type { RuleAction, RuleCondition, RuleSpec } from "#kernel/load-balancing.ts";

export interface RuleRequest {
  readonly method: string;
  /** With a port or without. */
  readonly host: string;
  readonly path: string;
  /** Without its question mark; empty when there is none. */
  readonly query: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly sourceIp: string;
}

/** "Listener rules for your Application Load Balancer", as plainly as can be: the rule whose action is taken. */
export function chosenRule(rules: readonly RuleSpec[], request: RuleRequest): RuleSpec {
  return rules.find(({ conditions }) => conditions.every((condition) => holds(condition, request)))!;
}

/** Where a redirect leads, and `undefined` for other actions. */
export function redirectOf(action: RuleAction, request: RuleRequest, port: number): string | undefined {
  if (action.type !== "redirect") return undefined;
  const parts: Readonly<Record<string, string>> = {
    "#{protocol}": "http",
    // Hosts have no case.
    "#{host}": hostName(request).toLowerCase(),
    "#{port}": String(port),
    "#{path}": request.path.slice(1),
    "#{query}": request.query,
  };
  const fill = (text: string) => text.replaceAll(/#\{\w+\}/g, (name) => parts[name]!);
  const query = fill(action.query);
  const address = `${fill(action.protocol).toLowerCase()}://${fill(action.host)}:${fill(action.port)}`;
  return `${address}${fill(action.path)}${query === "" ? "" : `?${query}`}`;
}

function holds(condition: RuleCondition, request: RuleRequest): boolean {
  switch (condition.field) {
    case "host-header":
      return matches(condition, hostName(request), true);
    case "path-pattern":
      return matches(condition, request.path, false);
    case "http-header": {
      const name = condition.httpHeaderName.toLowerCase();
      return request.headers.some(([key, value]) => key.toLowerCase() === name && matches(condition, value, true));
    }
    case "http-request-method":
      return condition.values.includes(request.method);
    case "query-string":
      return condition.pairs.some((pair) => parameters(request).some((parameter) => pairHolds(pair, parameter)));
    case "source-ip":
      return condition.values.some((range) => isWithin(request.sourceIp, range));
  }
}

function hostName({ host }: RuleRequest): string {
  return host.replace(/:\d+$/, "");
}

interface Parameter {
  readonly key?: string;
  readonly value: string;
}

function parameters({ query }: RuleRequest): Parameter[] {
  return query.split("&").map((part) => {
    const at = part.indexOf("=");
    return at < 0 ? { value: part } : { key: part.slice(0, at), value: part.slice(at + 1) };
  });
}

/** Without a key the value is looked for under every one, and alone. */
function pairHolds(pair: Parameter, { key, value }: Parameter): boolean {
  if (!isLike(pair.value, value, true)) return false;
  return pair.key === undefined || (key !== undefined && isLike(pair.key, key, true));
}

interface Patterns {
  readonly values: readonly string[];
  readonly regexValues?: readonly string[];
}

function matches({ values, regexValues = [] }: Patterns, text: string, ignoreCase: boolean): boolean {
  if (values.some((pattern) => isLike(pattern, text, ignoreCase))) return true;
  return regexValues.some((regex) => new RegExp(regex, ignoreCase ? "i" : "").test(text));
}

/** Wildcards, letter by letter: `*` is any number of characters, `?` exactly one. */
function isLike(pattern: string, text: string, ignoreCase: boolean): boolean {
  if (ignoreCase) return isLike(pattern.toLowerCase(), text.toLowerCase(), false);
  let reached = new Set([0]);
  for (const character of pattern) {
    const next = new Set<number>();
    for (const at of reached) {
      if (character === "*") for (let to = at; to <= text.length; to++) next.add(to);
      else if (at < text.length && (character === "?" || character === text[at])) next.add(at + 1);
    }
    reached = next;
  }
  return reached.has(text.length);
}

function isWithin(address: string, range: string): boolean {
  const [network, bits] = range.split("/");
  const number = (text: string) => text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  return Math.floor(number(address) / size) === Math.floor(number(network!) / size);
}
