import { parseCpu, parseMemory } from "../size.ts";
import { eachContainer, type Rule, within } from "./rule.ts";

const troubleshooting = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";
/** Below this the engine does not start a container, MiB. */
const minContainerMemoryMiB = 6;

const taskCpu: Rule = function* ({ cpu }) {
  if (cpu === undefined) return;
  const units = parseCpu(cpu);
  if (units === undefined || !within(units, 128, 196608)) yield `Invalid 'cpu' setting for task. ${troubleshooting}`;
};

const taskMemory: Rule = function* ({ memory }) {
  if (memory === undefined) return;
  if (!((parseMemory(memory) ?? 0) >= minContainerMemoryMiB)) {
    yield `Invalid 'memory' setting for task. ${troubleshooting}`;
  }
};

const containerAmounts = eachContainer(function* ({ name, cpu, memory, memoryReservation }) {
  if ((cpu ?? 0) < 0) yield `Invalid 'cpu' setting for container '${name}'.`;
  for (const [field, mebibytes] of Object.entries({ memory, memoryReservation })) {
    if (within(mebibytes, minContainerMemoryMiB, Number.MAX_SAFE_INTEGER)) continue;
    yield `Invalid '${field}' setting for container '${name}'. It must be at least ${minContainerMemoryMiB} MiB.`;
  }
  if (memory !== undefined && memoryReservation !== undefined && memory < memoryReservation) {
    yield `Invalid setting for container '${name}'. 'memory' must be greater than or equal to 'memoryReservation'.`;
  }
});

const withinTask: Rule = function* (definition) {
  const [taskCpu, taskMemory] = [parseCpu(definition.cpu ?? ""), parseMemory(definition.memory ?? "")];
  const containers = definition.containerDefinitions;
  const cpu = containers.reduce((sum, container) => sum + (container.cpu ?? 0), 0);
  if (taskCpu !== undefined && cpu > taskCpu) {
    yield "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.";
  }
  if (taskMemory === undefined) return;
  for (const { name, memory } of containers) {
    if ((memory ?? 0) > taskMemory) yield `The 'memory' setting for container '${name}' is greater than for the task.`;
  }
  const reserved = containers.reduce((sum, container) => sum + (container.memoryReservation ?? 0), 0);
  if (reserved > taskMemory) {
    yield "The sum of all container 'memoryReservation' values cannot be greater than the value of the task 'memory'.";
  }
};

export const resourceRules: readonly Rule[] = [taskCpu, taskMemory, containerAmounts, withinTask];

/** Without a limit for the task, each container needs one of its own. Fargate's tasks always have one. */
export const containerMemoryGiven: Rule = function* (definition) {
  if (definition.memory !== undefined) return;
  for (const { name, memory, memoryReservation } of definition.containerDefinitions) {
    if (memory === undefined && memoryReservation === undefined) {
      yield `Invalid setting for container '${name}'. ` +
        "At least one of 'memory' or 'memoryReservation' must be specified.";
    }
  }
};
