import type { Filter } from "#generated/secretsmanager/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { SecretRecord } from "../model.ts";

/** Whether a secret passes all filters. A value that begins with `!` means: not this one. */
export function matchesFilters(secret: SecretRecord, filters: readonly Filter[]): boolean {
  return filters.every((filter) => matches(secret, filter));
}

/** Refuses a filter without a key or without values. */
export function checkFilters(filters: readonly Filter[]): void {
  for (const { Key, Values } of filters) {
    if (Key === undefined) throw new Fault("InvalidParameterException", "Invalid filter key");
    if (Values === undefined || Values.length === 0) {
      throw new Fault("InvalidParameterException", `Invalid filter values for key: ${Key}`);
    }
  }
}

function matches(secret: SecretRecord, { Key, Values = [] }: Filter): boolean {
  const negative = Values.filter((value) => value.startsWith("!")).map((value) => value.slice(1));
  const positive = Values.filter((value) => !value.startsWith("!"));
  if (negative.some((value) => hasValue(secret, Key, value))) return false;
  return positive.length === 0 || positive.some((value) => hasValue(secret, Key, value));
}

function hasValue(secret: SecretRecord, key: Filter["Key"], value: string): boolean {
  const { name, description = "", tags = {}, region } = secret;
  const startsWith = (text: string) => text.startsWith(value);
  switch (key) {
    case "name":
      return startsWith(name);
    case "description":
      return description.toLowerCase().startsWith(value.toLowerCase());
    case "tag-key":
      return Object.keys(tags).some(startsWith);
    case "tag-value":
      return Object.values(tags).some(startsWith);
    case "primary-region":
      return startsWith(region);
    case "all":
      return hasWord([name, description, region, ...Object.keys(tags), ...Object.values(tags)], value);
    default:
      // No service of the platform owns secrets.
      return false;
  }
}

/** Breaks the value into words, one of which some text must begin with. */
function hasWord(texts: readonly string[], value: string): boolean {
  const words = texts.flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u));
  const wanted = value
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  return wanted.some((word) => words.some((other) => other.startsWith(word)));
}
