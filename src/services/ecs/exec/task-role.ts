import type { RequestContext } from "#kernel/handler.ts";
import type { TaskOverrides } from "../model/task.ts";
import type { TaskDefinitionRecord } from "../model/task-definition.ts";

/*
 * Who enables ECS Exec must give the tasks a role, as on AWS, whose agent speaks with Session Manager in its name. Here
 * it needs no rights, but what runs here is to run there.
 */

/** Of a service or a task set. `what`: how AWS begins to say that it refuses. Throws `InvalidParameterException`. */
export function checkExecRole(
  ctx: RequestContext,
  enableExecuteCommand: boolean,
  { taskRoleArn }: TaskDefinitionRecord,
  what: "The service couldn't be created" | "The service couldn't be updated" | "The task set couldn't be created",
): void {
  if (!enableExecuteCommand || taskRoleArn) return;
  const why = "because a valid taskRoleArn is not being used.";
  const message = `${what} ${why} Specify a valid task role in your task definition and try again.`;
  throw ctx.fault("InvalidParameterException", message);
}

/** Of tasks that are run by themselves: the overrides may name the role. Throws `InvalidParameterException`. */
export function checkTaskExecRole(
  ctx: RequestContext,
  enableExecuteCommand: boolean | undefined,
  overrides: TaskOverrides,
  { taskRoleArn }: TaskDefinitionRecord,
): void {
  if (!enableExecuteCommand || (overrides.taskRoleArn ?? taskRoleArn)) return;
  throw ctx.fault(
    "InvalidParameterException",
    "The execute command failed because a valid task role is not being used. Specify a valid task role in your task " +
      "definition or as a task override and try again.",
  );
}
