import { resolve } from "node:path";
import type { KeyValuePair } from "#generated/ecs/types.ts";
import { isObject } from "#kernel/json-object.ts";
import { parseDotenv } from "../file/dotenv.ts";
import { InterpolationError } from "../file/interpolate.ts";
import type { Surroundings } from "../model.ts";
import { Source } from "./source.ts";

/** `env_file`, with `environment` over it. A name without a value has that of the surroundings, or is left out. */
export function readEnvironment(service: Source, surroundings: Surroundings): KeyValuePair[] {
  const variables = new Map<string, string>();
  const files = service.raw("env_file");
  for (const [i, item] of (files === undefined ? [] : [files].flat()).entries()) {
    const at = `env_file[${i}]`;
    for (const [name, value] of readFile(service, at, item, surroundings)) variables.set(name, value);
  }
  for (const [name, value] of service.pairs("environment")) {
    if (name === "") service.problem("environment", "has a variable without a name.");
    const known = value ?? surroundings.lookup(name);
    if (known === undefined) variables.delete(name);
    else variables.set(name, known);
  }
  return [...variables].map(([name, value]) => ({ name, value }));
}

function readFile(service: Source, at: string, item: unknown, surroundings: Surroundings): Map<string, string> {
  const file = isObject(item) ? new Source(item, service.where(at), service.report) : undefined;
  file?.refuseOthers(["path", "required", "format"]);
  const path = file ? file.text("path") : String(item);
  const format = file?.text("format");
  if (format !== undefined && format !== "raw") file!.problem("format", "must be raw, or left out.");
  const text = path === undefined ? undefined : surroundings.read(resolve(surroundings.directory, path));
  if (text === undefined) {
    if (path === undefined) service.problem(at, "must have a path.");
    else if (file?.flag("required") ?? true) service.problem(at, `${path} cannot be read.`);
    return new Map();
  }
  try {
    return parseDotenv(text, surroundings.lookup, format === "raw");
  } catch (error) {
    if (!(error instanceof InterpolationError)) throw error;
    service.problem(at, `${path}: ${error.message}.`);
    return new Map();
  }
}
