import type { DaemonContainerDefinition, RegisterDaemonTaskDefinitionRequest } from "#generated/ecs/types.ts";
import type { DaemonTaskDefinitionRecord } from "../model/daemon-task-definition.ts";
import { normalizeTaskDefinition } from "../task-definition/normalize.ts";
import { validateAnyTaskDefinition } from "../task-definition/validate/index.ts";
import type { Definition } from "../task-definition/validate/rule.ts";

/*
 * A daemon's task definition says less than a task's, and the same in the same fields: it is checked and completed as
 * one. Its tasks have a network of the container instance's own, so that there is nothing to say of networks.
 */

/** What a caller's definition settles of the record. */
export type RegisteredDaemon = Pick<
  DaemonTaskDefinitionRecord,
  "containerDefinitions" | "volumes" | "taskRoleArn" | "executionRoleArn" | "cpu" | "memory" | "pidMode" | "ipcMode"
>;

/** The definition with the defaults filled in. Throws `ClientException`. */
export function resolveDaemonTaskDefinition(input: RegisterDaemonTaskDefinitionRequest): RegisteredDaemon {
  const definition = asTaskDefinition(input);
  validateAnyTaskDefinition(definition);
  const { containerDefinitions, volumes, taskRoleArn, executionRoleArn, cpu, memory } =
    normalizeTaskDefinition(definition);
  return {
    containerDefinitions: containerDefinitions.map(({ portMappings: _, volumesFrom: __, ...container }) => container),
    volumes: volumes.map(({ name, host }) => ({ name, ...(host && { host }) })),
    ...(taskRoleArn !== undefined && { taskRoleArn }),
    ...(executionRoleArn !== undefined && { executionRoleArn }),
    ...(cpu !== undefined && { cpu }),
    ...(memory !== undefined && { memory }),
    ...(input.pidMode && { pidMode: input.pidMode }),
    ...(input.ipcMode && { ipcMode: input.ipcMode }),
  };
}

function asTaskDefinition(input: RegisterDaemonTaskDefinitionRequest): Definition {
  const { pidMode, ipcMode, containerDefinitions, ...same } = input;
  return {
    ...same,
    // A container has a name, though the model does not say so.
    containerDefinitions: containerDefinitions as readonly (DaemonContainerDefinition & { readonly name: string })[],
    ...(pidMode === "shared" && { pidMode: "host" }),
    ...(ipcMode !== undefined && { ipcMode: ipcMode === "shared" ? "host" : "none" }),
  };
}
