import { invalid } from "../faults.ts";

/** The fields of a question in JSON; each is text, and no other is known. Throws `InvalidParameterException`. */
export function fieldsOf<Name extends string>(
  body: unknown,
  known: readonly Name[],
): Readonly<Partial<Record<Name, unknown>>> {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw invalid("A question is a JSON object.");
  const unknown = Object.keys(body).find((name) => !known.includes(name as Name));
  if (unknown !== undefined) throw invalid(`There is no field ${unknown}. There are: ${known.join(", ")}.`);
  return body as Partial<Record<Name, unknown>>;
}

/** Text that is not empty. */
export function textOf(value: unknown, name: string): string {
  if (typeof value !== "string" || value === "") throw invalid(`${name} must be text.`);
  return value;
}
