import type { ContainerOverride, TaskOverride } from "#generated/ecs/types.ts";
import { invalid } from "../faults.ts";
import type { ContainerOverrides, TaskOverrides } from "../model/task.ts";
import type { TaskDefinitionRecord } from "../model/task-definition.ts";
import { parseCpu, parseMemory } from "../task-definition/size.ts";

/** "The total character limit of the JSON formatted string of overrides" (RunTask). */
const maxOverrideCharacters = 8192;

/** The checked overrides of a task. What cannot be honoured is refused, by name. */
export function resolveOverrides(
  given: TaskOverride | undefined,
  definition: TaskDefinitionRecord,
  fargate: boolean,
): TaskOverrides {
  if (given === undefined) return { containerOverrides: [] };
  if (JSON.stringify(given).length > maxOverrideCharacters) {
    throw invalid(`Container Overrides length must be at most ${maxOverrideCharacters}`);
  }
  if (given.inferenceAcceleratorOverrides?.length) {
    throw invalid(
      "Inference accelerator overrides are not supported: this platform has no inference accelerators. Leave them out.",
    );
  }
  const { cpu, memory, executionRoleArn, taskRoleArn, ephemeralStorage } = given;
  if (ephemeralStorage && !fargate) {
    throw invalid("Tasks using the EC2 launch type do not support EphemeralStorage.");
  }
  if (ephemeralStorage && (ephemeralStorage.sizeInGiB < 21 || ephemeralStorage.sizeInGiB > 200)) {
    throw invalid("Invalid ephemeral storage size. The size must be between 21 and 200 GiB.");
  }
  const names = (given.containerOverrides ?? []).map(({ name }) => name);
  if (new Set(names).size < names.length) {
    throw invalid("Container names must be unique within container overrides.");
  }
  return {
    // As in a definition: in CPU units and MiB. What cannot be read is refused with the amounts.
    ...(cpu !== undefined && { cpu: String(parseCpu(cpu) ?? cpu) }),
    ...(memory !== undefined && { memory: String(parseMemory(memory) ?? memory) }),
    ...(executionRoleArn !== undefined && { executionRoleArn }),
    ...(taskRoleArn !== undefined && { taskRoleArn }),
    ...(ephemeralStorage && { ephemeralStorage }),
    containerOverrides: (given.containerOverrides ?? []).map((override) => resolveContainer(override, definition)),
  };
}

function resolveContainer(given: ContainerOverride, definition: TaskDefinitionRecord): ContainerOverrides {
  const { name, command, environment, cpu, memory, memoryReservation } = given;
  if (!name) throw invalid("Container name is required for container overrides.");
  const container = definition.containerDefinitions.find((candidate) => candidate.name === name);
  if (container === undefined) {
    throw invalid(`Override for container named ${name} is not a container in the TaskDefinition.`);
  }
  if (given.environmentFiles?.length) {
    throw invalid(
      "environmentFiles cannot be overridden: they are read from Amazon S3, which this platform lacks. Override " +
        "environment.",
    );
  }
  if (given.resourceRequirements?.length) {
    throw invalid(
      "resourceRequirements cannot be overridden: this platform has no GPUs or inference accelerators. Leave them out.",
    );
  }
  if (environment?.some((variable) => !variable.name)) {
    throw invalid(`Environment variables of the override of container '${name}' must have a name.`);
  }
  return {
    name,
    ...(command && { command }),
    ...(environment && { environment }),
    ...(cpu !== undefined && { cpu }),
    ...(memory !== undefined && { memory }),
    ...(memoryReservation !== undefined && { memoryReservation }),
  };
}
