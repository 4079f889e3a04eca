import type { RequestContext } from "#kernel/handler.ts";
import type { ContainerDefinitionRecord, TaskDefinitionRecord } from "../model/task-definition.ts";

/** The container, which must be one of the definition's and must map the port. */
export function checkContainerPort(
  ctx: RequestContext,
  containerName: string,
  containerPort: number,
  definition: TaskDefinitionRecord,
): ContainerDefinitionRecord {
  const container = definition.containerDefinitions.find(({ name }) => name === containerName);
  if (container === undefined) {
    throw ctx.fault(
      "InvalidParameterException",
      `The container ${containerName} does not exist in the task definition.`,
    );
  }
  if (container.portMappings.some((mapping) => mapping.containerPort === containerPort)) return container;
  throw ctx.fault(
    "InvalidParameterException",
    `The container ${containerName} did not have a container port ${containerPort} defined.`,
  );
}
