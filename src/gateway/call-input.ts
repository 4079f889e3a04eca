import { Fault } from "#kernel/fault.ts";
import { jsonReader } from "#wire/json/leaves.ts";
import { loadModel, type Member, type Shape, serviceIndex } from "#wire/model.ts";
import { readTree } from "#wire/tree/read.ts";
import { validateInput } from "#wire/validate/validate.ts";

/**
 * The input of an operation that the platform runs itself for somebody who wrote it as JSON: read and validated as a
 * request's would be. Names may begin with a capital or a small letter, whatever the service's protocol has. `token`
 * stands for an idempotency token that was left out. Throws a `Fault` for what a request would be refused with.
 */
export function readCallInput(service: string, operation: string, value: unknown, token: string): object {
  const known = Object.hasOwn(serviceIndex, service) ? loadModel(service).operation(operation) : undefined;
  if (known === undefined) throw new Fault("InvalidAction", `There is no ${service}:${operation}.`);
  if (known.input === undefined) return {};
  const input = readTree(known.input, withWireNames(known.input, value), jsonReader) as Record<string, unknown>;
  for (const member of known.input.members) {
    if (member.traits.idempotencyToken) input[member.name] ??= token;
  }
  validateInput(known, input);
  return input;
}

function withWireNames(shape: Shape, value: unknown): unknown {
  if (Array.isArray(value))
    return shape.element ? value.map((item) => withWireNames(shape.element!.shape, item)) : value;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  if (shape.type === "map")
    return Object.fromEntries(entries.map(([key, item]) => [key, withWireNames(shape.value!.shape, item)]));
  return Object.fromEntries(
    entries.map(([key, item]) => {
      const member = memberNamed(shape, key);
      return member === undefined ? [key, item] : [member.wireName, withWireNames(member.shape, item)];
    }),
  );
}

function memberNamed(shape: Shape, key: string): Member | undefined {
  const lower = key.toLowerCase();
  return shape.members.find(({ name, wireName }) => name.toLowerCase() === lower || wireName.toLowerCase() === lower);
}
