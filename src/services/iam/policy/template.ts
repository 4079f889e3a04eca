import { globMatcher, globOf, matchesGlob } from "./glob.ts";
import type { RequestKeys } from "./request.ts";

/** A text with policy variables (IAM User Guide, "Policy variables"), as written between and in the braces. */
export type Template = readonly (string | Variable)[];

export interface Variable {
  /** Lower case. */
  readonly key: string;
  /** As written. */
  readonly name: string;
  readonly fallback: string | undefined;
}

/** Tells whether a text is matched, for the request with these keys. */
export interface Matcher {
  matches(text: string, keys: RequestKeys): boolean;
  /** Absent: it has no variables. Whether each of them has a value. */
  readonly resolvable?: (keys: RequestKeys) => boolean;
}

/** Stands in a template for `${*}`, `${?}`, `${$}`: the character itself, not what it means. */
const literals: ReadonlySet<string> = new Set(["*", "?", "$"]);
const variablePattern = /\$\{([^{}]*)\}/g;
const withDefault = /^\s*([^,\s]+)\s*,\s*'([^']*)'\s*$/;

/** The template of a text; `variables` is false for documents of version 2008-10-17, which have none. */
export function templateOf(text: string, variables: boolean): Template {
  if (!variables || !text.includes("${")) return [text];
  const parts: (string | Variable)[] = [];
  let end = 0;
  for (const match of text.matchAll(variablePattern)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push(variableOf(match[1]!));
    end = match.index + match[0].length;
  }
  if (end < text.length || parts.length === 0) parts.push(text.slice(end));
  return parts;
}

function variableOf(inside: string): Variable {
  if (literals.has(inside)) return { key: "", name: "", fallback: inside };
  const [, key, fallback] = withDefault.exec(inside) ?? [];
  const name = (key ?? inside).trim();
  return { key: name.toLowerCase(), name, fallback };
}

/** The value of a variable; a key of several values has none. */
function variableValue({ key, fallback }: Variable, keys: RequestKeys): string | undefined {
  if (key === "") return fallback;
  const value = keys.get(key);
  return typeof value === "string" ? value : fallback;
}

/** Whether each variable of the template has a value. */
export function isResolvable(template: Template, keys: RequestKeys): boolean {
  return template.every((part) => typeof part === "string" || variableValue(part, keys) !== undefined);
}

/** The text with its variables replaced; undefined when one has no value. */
export function resolve(template: Template, keys: RequestKeys): string | undefined {
  let text = "";
  for (const part of template) {
    const value = typeof part === "string" ? part : variableValue(part, keys);
    if (value === undefined) return undefined;
    text += value;
  }
  return text;
}

/** Matches where `*` and `?` of the template are wildcards, and those of the variables' values are not. */
export function globTemplateMatcher(template: Template): Matcher {
  const [only] = template;
  if (template.length === 1 && typeof only === "string") {
    return { matches: globMatcher(only) };
  }
  const parts = template.map((part) => (typeof part === "string" ? globOf(part) : part));
  return {
    matches(text, keys) {
      const glob: number[] = [];
      for (const part of parts) {
        if (Array.isArray(part)) {
          for (const unit of part) glob.push(unit);
          continue;
        }
        const value = variableValue(part as Variable, keys);
        if (value === undefined) return false;
        for (let i = 0; i < value.length; i++) glob.push(value.charCodeAt(i));
      }
      return matchesGlob(glob, text);
    },
    resolvable: (keys) => isResolvable(template, keys),
  };
}

/** The names of the variables in a text, as written. */
export function variablesIn(text: string): string[] {
  return templateOf(text, true).flatMap((part) => (typeof part === "string" || part.key === "" ? [] : [part.name]));
}
