import type { RequestKeys } from "./request.ts";
import { globTemplateMatcher, isResolvable, type Matcher, type Template, templateOf } from "./template.ts";

const partCount = 6;

/**
 * Matches ARNs by a pattern whose wildcards stay within one of the six parts between colons; the last part may have
 * colons of its own. A pattern of fewer parts is completed with `*`, as IAM does.
 */
export function arnMatcher(pattern: string, variables: boolean): Matcher {
  const template = templateOf(pattern, variables);
  const parts = splitTemplate(template);
  if (pattern === "*" || isPlain(parts)) return globTemplateMatcher(template);
  while (parts.length < partCount) parts.push(["*"]);
  const matchers = parts.map(globTemplateMatcher);
  const matches = (text: string, keys: RequestKeys) => matchesParts(matchers, text, keys);
  const hasVariables = template.some((part) => typeof part !== "string");
  return hasVariables ? { matches, resolvable: (keys) => isResolvable(template, keys) } : { matches };
}

function matchesParts(matchers: readonly Matcher[], text: string, keys: RequestKeys): boolean {
  let start = 0;
  for (let i = 0; i < partCount; i++) {
    const colon = i === partCount - 1 ? text.length : text.indexOf(":", start);
    if (colon === -1) return false;
    if (!matchers[i]!.matches(text.slice(start, colon), keys)) return false;
    start = colon + 1;
  }
  return true;
}

/** With nothing but text before the fifth colon, the whole matches as its parts do. */
function isPlain(parts: readonly Template[]): boolean {
  if (parts.length < partCount) return false;
  return parts.slice(0, -1).every((part) => part.every((piece) => typeof piece === "string" && !/[*?]/.test(piece)));
}

/** Cuts at the first five colons that are not in a variable. */
function splitTemplate(template: Template): Template[] {
  const parts: Template[number][][] = [[]];
  for (const piece of template) {
    if (typeof piece !== "string") {
      parts.at(-1)!.push(piece);
      continue;
    }
    let rest = piece;
    for (let colon = rest.indexOf(":"); colon !== -1 && parts.length < partCount; colon = rest.indexOf(":")) {
      parts.at(-1)!.push(rest.slice(0, colon));
      parts.push([]);
      rest = rest.slice(colon + 1);
    }
    parts.at(-1)!.push(rest);
  }
  return parts;
}
