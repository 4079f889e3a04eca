import { parseArn } from "#kernel/arn.ts";
import { DriverError } from "#kernel/fault.ts";
import type { Caller } from "#kernel/handler.ts";
import type { Store } from "#kernel/store.ts";
import { type TaskRecord, taskKeyOfArn } from "#services/ecs/model.ts";
import { roleOfArn } from "#services/iam/model.ts";
import { roleCaller } from "#services/sts/index.ts";
import type { Identity } from "./identity.ts";
import { trustsTask } from "./task-credentials.ts";

export interface ExecutionRoleOptions {
  readonly store: Store;
  readonly trusts: Identity["trusts"];
}

export async function taskOfArn(store: Store, taskArn: string): Promise<TaskRecord | undefined> {
  const key = taskKeyOfArn(parseArn(taskArn));
  return key && (await store.get(key)).value;
}

/** A session of the task's execution role, named after the task. Rejects when Amazon ECS could not take the role on. */
export async function executionCaller(
  { store, trusts }: ExecutionRoleOptions,
  task: TaskRecord,
  roleArn: string,
): Promise<Caller> {
  const role = roleOfArn(store, roleArn);
  if (role === undefined || !trustsTask({ trusts }, role, task)) {
    throw new DriverError(
      "Unauthorized",
      `ECS was unable to assume the role '${roleArn}' that was provided for this task. Please verify that the role ` +
        "being passed has the proper trust relationship and permissions and that your IAM user has permissions to " +
        "pass this role.",
    );
  }
  return { ...roleCaller(role, task.id, { issuedAt: task.createdAt, policies: [], tags: {} }), accessKeyId: "" };
}
