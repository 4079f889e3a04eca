import type { ParameterStringFilter } from "#generated/ssm/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { ParameterRecord } from "../model.ts";
import { checkPath, isUnder } from "./names.ts";

const options: Readonly<Record<string, readonly string[]>> = {
  Name: ["Equals", "BeginsWith", "Contains"],
  Path: ["Recursive", "OneLevel"],
  KeyId: ["Equals", "BeginsWith"],
};
const ordinaryOptions = ["Equals", "BeginsWith"];

/** Refuses filters that the operation does not know. `keys` are those it knows; `tag:` stands for tags of any key. */
export function checkFilters(filters: readonly ParameterStringFilter[], keys: readonly string[]): void {
  for (const { Key, Option, Values = [] } of filters) {
    if (!keys.includes(Key.startsWith("tag:") ? "tag:" : Key)) {
      const message = `The following filter key is not valid: ${Key}. Valid filter keys include: [${keys.join(", ")}].`;
      throw new Fault("InvalidFilterKey", message);
    }
    const known = options[Key] ?? ordinaryOptions;
    if (Option !== undefined && !known.includes(Option)) {
      const message = `The following filter option is not valid: ${Option}. Valid options: ${known.join(", ")}.`;
      throw new Fault("InvalidFilterOption", message);
    }
    if (Values.length === 0 && !Key.startsWith("tag:")) {
      const message = `The following filter values are missing : null for filter key ${Key}.`;
      throw new Fault("InvalidFilterValue", message);
    }
    if (Key === "Path") for (const path of Values) checkPath(path);
  }
}

/** Whether a parameter passes all filters. */
export function matchesFilters(parameter: ParameterRecord, filters: readonly ParameterStringFilter[]): boolean {
  return filters.every((filter) => matches(parameter, filter));
}

function matches(parameter: ParameterRecord, { Key, Option, Values = [] }: ParameterStringFilter): boolean {
  if (Key === "Path") return Values.some((path) => isUnder(parameter.name, path, Option === "Recursive"));
  const texts = textsOf(parameter, Key);
  if (Values.length === 0) return texts.length > 0;
  return Values.some((value) => texts.some((text) => fits(text, value, Option)));
}

function textsOf({ name, labels, tags, newest }: ParameterRecord, key: string): readonly string[] {
  if (key.startsWith("tag:")) {
    const value = tags[key.slice("tag:".length)];
    return value === undefined ? [] : [value];
  }
  const known: Readonly<Record<string, readonly (string | undefined)[]>> = {
    // With and without the first slash: filters find root parameters by either.
    Name: [name, name.replace(/^\//, "")],
    Type: [newest.type],
    KeyId: [newest.keyId],
    Tier: [newest.tier],
    DataType: [newest.dataType],
    Label: Object.keys(labels),
  };
  return (known[key] ?? []).flatMap((text) => text ?? []);
}

function fits(text: string, value: string, option = "Equals"): boolean {
  if (option === "BeginsWith") return text.startsWith(value);
  return option === "Contains" ? text.includes(value) : text === value;
}
