import type { ContainerDefinition, RegisterTaskDefinitionRequest } from "#generated/ecs/types.ts";

export type Definition = RegisterTaskDefinitionRequest;

/** Says what is wrong with a definition, in AWS's words where they are known; nothing when all is well. */
export type Rule = (definition: Definition) => Iterable<string>;

/** A rule about each container by itself. */
export type ContainerRule = (container: ContainerDefinition, definition: Definition) => Iterable<string>;

export function eachContainer(rule: ContainerRule): Rule {
  return function* (definition) {
    for (const container of definition.containerDefinitions ?? []) yield* rule(container, definition);
  };
}

/** A list or nothing, as a list. */
export function listed<T>(list: readonly T[] | undefined): readonly T[] {
  return list ?? [];
}

/** Whether an optional number is absent or between both bounds. */
export function within(value: number | undefined, lowest: number, highest: number): boolean {
  return value === undefined || (value >= lowest && value <= highest);
}

/** The first value that occurs a second time. */
export function firstRepeated<T>(values: Iterable<T>): T | undefined {
  const seen = new Set<T>();
  for (const value of values) {
    if (seen.has(value)) return value;
    seen.add(value);
  }
  return undefined;
}
