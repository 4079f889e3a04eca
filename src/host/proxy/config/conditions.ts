import { DriverError } from "#kernel/fault.ts";
import type { RuleCondition } from "#kernel/load-balancing.ts";
import { argument, quote, wildcardRegex } from "./quote.ts";

/** HAProxy takes 64 words a line. */
const patternsPerLine = 40;

/** Lines that declare the ACL `name`: it holds when the condition does. Several lines of one name are alternatives. */
export function conditionAcl(name: string, condition: RuleCondition): string[] {
  switch (condition.field) {
    case "host-header": {
      const fetch = "req.hdr(host),host_only";
      return matches(name, fetch, "-i ", condition);
    }
    case "path-pattern":
      return matches(name, "path", "", condition);
    case "http-header":
      return headerMatches(name, condition);
    case "http-request-method":
      return lines(name, "method", "", condition.values);
    case "query-string":
      return lines(name, "query", "-m reg -i", condition.pairs.map(pairRegex));
    case "source-ip":
      return lines(name, "src", "-m ip", condition.values);
  }
}

function headerMatches(name: string, condition: Extract<RuleCondition, { field: "http-header" }>): string[] {
  const fetch = `req.fhdr(${argument(headerName(condition.httpHeaderName))})`;
  return [...matches(name, fetch, "-i ", condition), ...lines(name, fetch, "-m str", condition.exactValues ?? [])];
}

interface Patterns {
  readonly values: readonly string[];
  readonly regexValues?: readonly string[];
}

/** Each value by the cheapest way that matches it. */
function matches(name: string, fetch: string, flags: string, { values, regexValues = [] }: Patterns): string[] {
  const kinds = Map.groupBy(values.map(patternOf), ({ method }) => method);
  return [
    ...[...kinds].flatMap(([method, patterns]) =>
      lines(
        name,
        fetch,
        `${flags}-m ${method}`,
        patterns.map(({ text }) => text),
      ),
    ),
    ...lines(name, fetch, `${flags}-m reg`, regexValues),
  ];
}

function patternOf(value: string): { readonly method: string; readonly text: string } {
  const inner = value.replace(/\*$/, "");
  if (!/[*?]/.test(value) && value !== "") return { method: "str", text: value };
  if (!/[*?]/.test(inner) && inner !== "") return { method: "beg", text: inner };
  const outer = value.replace(/^\*/, "");
  if (!/[*?]/.test(outer) && outer !== "") return { method: "end", text: outer };
  return { method: "reg", text: `^${wildcardRegex(value)}$` };
}

/** A parameter of the query string, its key and value as they are sent. */
function pairRegex({ key, value }: { readonly key?: string; readonly value: string }): string {
  const keyRegex = key === undefined ? "[^=&]*" : wildcardRegex(key, "[^=&]");
  // Without a key, one that stands alone is a value too, as Elastic Load Balancing has it.
  const pair = `${keyRegex}=${wildcardRegex(value, "[^&]")}`;
  return key === undefined ? `(^|&)(${pair}|${wildcardRegex(value, "[^=&]")})(&|$)` : `(^|&)${pair}(&|$)`;
}

function lines(name: string, fetch: string, match: string, patterns: readonly string[]): string[] {
  const made: string[] = [];
  for (let start = 0; start < patterns.length; start += patternsPerLine) {
    const chunk = patterns.slice(start, start + patternsPerLine).map(quote);
    made.push(["acl", name, quote(fetch), ...(match === "" ? [] : [match]), "--", ...chunk].join(" "));
  }
  return made;
}

/** A token of RFC 9110. */
function headerName(name: string): string {
  if (/^[-!#$%&'*+.^_`|~0-9A-Za-z]+$/.test(name)) return name;
  throw new DriverError("InvalidSpec", `${JSON.stringify(name)} is not the name of a header`);
}
