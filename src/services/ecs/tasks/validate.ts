import type { RunTaskRequest } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { checkClientToken } from "../client-token.ts";
import { invalid } from "../faults.ts";
import { anyTaskArn, type TaskOverrides } from "../model/task.ts";
import type { TaskDefinitionRecord } from "../model/task-definition.ts";
import { newTags } from "../tags/tags.ts";
import type { Capacity } from "./launch.ts";

/** Fargate's platform versions for Linux; LATEST stands for the newest. */
const platformVersions: Readonly<Record<string, string>> = { LATEST: "1.4.0", "1.4.0": "1.4.0", "1.3.0": "1.3.0" };
const maxCount = 10;

export function resolvePlatformVersion(ctx: RequestContext, asked = "LATEST"): string {
  const version = platformVersions[asked];
  if (version === undefined) throw ctx.fault("PlatformUnknownException", "The specified platform does not exist.");
  return version;
}

/** Refuses what the model allows and no task here can have, and what ECS checks before it looks anything up. */
export function checkSupported(ctx: RequestContext, input: Omit<RunTaskRequest, "taskDefinition">): void {
  const count = input.count ?? 1;
  if (!Number.isInteger(count) || count < 1 || count > maxCount) {
    throw invalid(`count must be between 1 and ${maxCount}.`);
  }
  if (input.volumeConfigurations?.length) {
    throw invalid("volumeConfigurations is not supported: this platform has no Amazon EBS. Use a task volume.");
  }
  if (input.propagateTags === "SERVICE") {
    throw invalid("Invalid value for propagateTags. A standalone task can only take tags from TASK_DEFINITION.");
  }
  if (input.group?.startsWith("service:")) {
    throw invalid("Invalid group. The prefix service: is reserved for tasks that a service starts.");
  }
  if ((input.startedBy?.length ?? 0) > 128) throw invalid("startedBy longer than 128.");
  if ((input.referenceId?.length ?? 0) > 1024) throw invalid("referenceId must be at most 1024 characters long.");
  checkClientToken(ctx, input.clientToken, 64);
  newTags(input.tags);
}

/** Whether a task of this definition can run on the capacity asked for. */
export function checkRunnable(
  capacity: Capacity,
  definition: TaskDefinitionRecord,
  input: Pick<RunTaskRequest, "platformVersion">,
): void {
  const { launchType } = capacity;
  if (!definition.compatibilities.includes(launchType)) {
    throw invalid(`Task definition does not support launch_type ${launchType}.`);
  }
  if (launchType !== "FARGATE" && input.platformVersion) {
    throw invalid("The platform version must be null when specifying an EC2 launch type.");
  }
}

/** Both roles of a task must be there for Amazon ECS to take on, as RunTask checks before it starts anything. */
export function checkRoles(ctx: RequestContext, overrides: TaskOverrides, definition: TaskDefinitionRecord): void {
  const roles = [
    overrides.taskRoleArn ?? definition.taskRoleArn,
    overrides.executionRoleArn ?? definition.executionRoleArn,
  ];
  for (const role of roles) {
    if (role === undefined || ctx.canAssume(role, "ecs-tasks.amazonaws.com", anyTaskArn(ctx))) continue;
    throw ctx.fault(
      "ClientException",
      `ECS was unable to assume the role '${role}' that was provided for this task. Please verify that the role ` +
        "being passed has the proper trust relationship and permissions and that your IAM user has permissions to " +
        "pass this role.",
    );
  }
}
