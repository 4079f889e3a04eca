import { DriverError } from "#kernel/fault.ts";

/**
 * How text of users gets into a configuration of HAProxy without becoming part of it. A line of the configuration is
 * read like one of a shell: between single quotes nothing is special, and nothing can end a line there but its end. So
 * text with control characters is refused with a `DriverError` (`InvalidSpec`), and everything else is quoted.
 */
export function quote(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not come in
  if (/[\x00-\x1f\x7f]/.test(text)) {
    throw new DriverError("InvalidSpec", `A control character cannot be in ${JSON.stringify(text.slice(0, 100))}`);
  }
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** An argument of a sample fetch or converter, inside of text that is then quoted as a whole. */
export function argument(text: string): string {
  return `"${text.replaceAll(/["\\]/g, (character) => `\\${character}`)}"`;
}

/** Text within a log format, where `%` begins an expression. */
export function literal(text: string): string {
  return text.replaceAll("%", "%%");
}

/** A regular expression that matches just this text. */
export function regexLiteral(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, (character) => `\\${character}`);
}

/** ELB's wildcards: `*` is any number of characters, `?` exactly one, of those that `any` is a class of. */
export function wildcardRegex(pattern: string, any = "."): string {
  return [...pattern].map((c) => (c === "*" ? `${any}*` : c === "?" ? any : regexLiteral(c))).join("");
}
