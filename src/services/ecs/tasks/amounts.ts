import type { RequestContext } from "#kernel/handler.ts";
import type { TaskOverrides } from "../model/task.ts";
import type { TaskDefinitionRecord } from "../model/task-definition.ts";
import { fargateSize } from "../task-definition/validate/fargate.ts";
import { firstProblem } from "../task-definition/validate/index.ts";
import { resourceRules } from "../task-definition/validate/resources.ts";
import type { Definition, Rule } from "../task-definition/validate/rule.ts";

/**
 * Checks the CPU and memory that a task has with its overrides as RegisterTaskDefinition checks a definition's: an
 * override must not make a task that no definition could.
 */
export function checkAmounts(
  ctx: RequestContext,
  { cpu, memory, containerOverrides }: TaskOverrides,
  definition: TaskDefinitionRecord,
  launchType: string,
): void {
  const overridden = {
    ...definition,
    cpu: cpu ?? definition.cpu,
    memory: memory ?? definition.memory,
    containerDefinitions: definition.containerDefinitions.map((container) => {
      const override = containerOverrides.find(({ name }) => name === container.name);
      return {
        ...container,
        cpu: override?.cpu ?? container.cpu,
        memory: override?.memory ?? container.memory,
        memoryReservation: override?.memoryReservation ?? container.memoryReservation,
      };
    }),
  };
  const rules: readonly Rule[] = launchType === "FARGATE" ? [...resourceRules, fargateSize] : resourceRules;
  const problem = firstProblem(rules, overridden as unknown as Definition);
  if (problem !== undefined) throw ctx.fault("InvalidParameterException", problem);
}
