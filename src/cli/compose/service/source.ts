import { isObject } from "#kernel/json-object.ts";
import type { Report } from "../report.ts";
import { parseBoolean, parseBytes, parseNumber, parseSeconds } from "../values.ts";

export type Tree = { readonly [key: string]: unknown };

/** One map of a compose file. What is read that is not as the specification has it becomes a problem. */
export class Source {
  /** Its path in the file; empty: it is the whole file. */
  readonly at: string;
  readonly report: Report;
  readonly #tree: Tree;

  constructor(tree: unknown, at: string, report: Report) {
    this.at = at;
    this.report = report;
    if (!isObject(tree) && tree !== null && tree !== undefined) report.problem(at, "must be a map.");
    this.#tree = isObject(tree) ? tree : {};
  }

  /** Keys with a value; extensions (`x-...`) are nobody's business. */
  get keys(): string[] {
    return Object.keys(this.#tree).filter((key) => !key.startsWith("x-") && this.has(key));
  }

  /** Keys with and without a value. */
  get names(): string[] {
    return Object.keys(this.#tree).filter((key) => !key.startsWith("x-"));
  }

  has(key: string): boolean {
    return this.#tree[key] !== undefined && this.#tree[key] !== null;
  }

  raw(key: string): unknown {
    return this.#tree[key] ?? undefined;
  }

  where(key: string): string {
    return this.at === "" ? key : `${this.at}.${key}`;
  }

  problem(key: string, text: string): void {
    this.report.problem(this.where(key), text);
  }

  note(key: string, text: string): void {
    this.report.note(this.where(key), text);
  }

  text(key: string): string | undefined {
    const value = this.raw(key);
    if (value === undefined || typeof value === "string") return value as string | undefined;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    return this.#wrong(key, "must be a text.");
  }

  flag(key: string): boolean | undefined {
    return this.#parsed(key, parseBoolean, "must be true or false.");
  }

  number(key: string): number | undefined {
    return this.#parsed(key, parseNumber, "must be a number.");
  }

  seconds(key: string): number | undefined {
    return this.#parsed(key, parseSeconds, "must be a duration such as 1m30s.");
  }

  bytes(key: string): number | undefined {
    return this.#parsed(key, parseBytes, "must be an amount such as 64m.");
  }

  #parsed<T>(key: string, parse: (value: unknown) => T | undefined, words: string): T | undefined {
    if (!this.has(key)) return undefined;
    return parse(this.raw(key)) ?? this.#wrong(key, words);
  }

  /** A text or a list of texts. */
  texts(key: string): string[] {
    const value = this.raw(key);
    if (value === undefined) return [];
    const items = [value].flat();
    if (items.every((item) => ["string", "number", "boolean"].includes(typeof item))) return items.map(String);
    this.problem(key, "must be a list of texts.");
    return [];
  }

  list(key: string): readonly unknown[] {
    const value = this.raw(key);
    if (value === undefined || Array.isArray(value)) return value ?? [];
    this.problem(key, "must be a list.");
    return [];
  }

  map(key: string): Source {
    return new Source(this.raw(key), this.where(key), this.report);
  }

  /** `{A: 1, B: null}` or `["A=1", "B"]`. A name without a value has undefined. */
  pairs(key: string): [name: string, value: string | undefined][] {
    const value = this.raw(key);
    if (value === undefined) return [];
    if (Array.isArray(value)) {
      return this.texts(key).map((item) => {
        const at = item.indexOf("=");
        return at < 0 ? [item, undefined] : [item.slice(0, at), item.slice(at + 1)];
      });
    }
    if (!isObject(value)) {
      this.problem(key, "must be a map or a list.");
      return [];
    }
    return Object.entries(value).map(([name, one]) => {
      if (one !== null && typeof one === "object") this.problem(`${key}.${name}`, "must be a text.");
      return [name, one === null ? undefined : String(one)];
    });
  }

  /** Names every key that is in none of these lists. */
  refuseOthers(known: Iterable<string>, reasons: Readonly<Record<string, string>> = {}): void {
    const names = new Set(known);
    for (const key of this.keys) {
      if (names.has(key)) continue;
      const reason = Object.hasOwn(reasons, key) ? reasons[key] : undefined;
      this.problem(key, reason ?? "is not a key that is known here.");
    }
  }

  #wrong(key: string, words: string): undefined {
    this.problem(key, words);
    return undefined;
  }
}
