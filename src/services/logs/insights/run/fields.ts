import { toText, type Value } from "../language/values.ts";
import { parseJson } from "./event-row.ts";

/** As many fields as AWS finds in one event. */
const mostFields = 200;

/** The fields of a message that is JSON, with their values: `a.b` of maps, `a.0` of lists. */
export function leafFields(message: string): [name: string, value: string][] {
  if (!/^\s*\{/.test(message)) return [];
  const found: [string, string][] = [];
  collect(parseJson(message), "", found);
  return found;
}

function collect(value: unknown, name: string, found: [string, string][]): void {
  if (value === null || value === undefined || found.length >= mostFields) return;
  if (typeof value === "object") {
    for (const [key, inner] of Object.entries(value))
      collect(inner, name === "" ? shown(key) : `${name}.${key}`, found);
    return;
  }
  const text = toText(value as Value);
  if (text !== undefined && name !== "") found.push([name, text]);
}

/** A name with an at sign of its own is shown with two. */
function shown(key: string): string {
  return key.startsWith("@") ? `@${key}` : key;
}
