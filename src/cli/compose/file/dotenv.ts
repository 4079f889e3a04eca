import { InterpolationError, interpolate, type Lookup } from "./interpolate.ts";

/**
 * The variables of an env file (`.env`, `env_file`): lines `NAME=VALUE`, `export NAME=VALUE`, `NAME: VALUE`; a name
 * alone has the value of the surroundings, or is left out. Single quotes keep a value as it is, double ones know
 * escapes; both may go over lines. Outside single quotes variables are put in: those of the surroundings, else of the
 * file above the line. ` #` begins a comment. With `raw` the value is everything behind the `=`. Throws an
 * `InterpolationError`.
 */
export function parseDotenv(text: string, lookup: Lookup, raw = false): Map<string, string> {
  const variables = new Map<string, string>();
  const known: Lookup = (name) => lookup(name) ?? variables.get(name);
  const source = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const entry = /[ \t]*(?:export[ \t]+)?([^\s=:#]+)[ \t]*(?:([=:])[ \t]*)?/y;
  for (let at = 0; at < source.length; ) {
    const lineEnd = endOfLine(source, at);
    const line = source.slice(at, lineEnd).trim();
    if (line === "" || line.startsWith("#")) {
      at = lineEnd + 1;
      continue;
    }
    entry.lastIndex = at;
    const [head, name, separator] = entry.exec(source) ?? [];
    if (head === undefined || name === undefined) throw new InterpolationError(`"${line}" is no variable`);
    at += head.length;
    if (separator === undefined || at > lineEnd) {
      const inherited = lookup(name);
      if (inherited !== undefined && separator === undefined) variables.set(name, inherited);
      if (separator !== undefined) variables.set(name, "");
      at = lineEnd + 1;
      continue;
    }
    const { value, end } = raw
      ? { value: source.slice(at, lineEnd), end: lineEnd }
      : readValue(source, at, (part) => interpolate(part, known));
    variables.set(name, value);
    at = endOfLine(source, end) + 1;
  }
  return variables;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

function readValue(text: string, at: number, expand: (part: string) => string): { value: string; end: number } {
  const quote = text[at];
  if (quote !== "'" && quote !== '"') {
    const end = endOfLine(text, at);
    const value = text.slice(at, end).replace(/(^|\s)#.*$/, "");
    return { value: expand(value.trim()), end };
  }
  let end = at + 1;
  while (end < text.length && text[end] !== quote) end += quote === '"' && text[end] === "\\" ? 2 : 1;
  if (end >= text.length) throw new InterpolationError(`the quote at ${text.slice(at, at + 20)} is not closed`);
  const inside = text.slice(at + 1, end);
  if (quote === "'") return { value: inside, end };
  const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", $: "$$" };
  // A dollar sign behind a backslash is meant itself: it is doubled before variables are put in.
  const unescaped = inside.replace(/\\(.)/gs, (whole, letter: string) => escapes[letter] ?? whole);
  return { value: expand(unescaped), end };
}
