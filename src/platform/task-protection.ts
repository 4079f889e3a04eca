import type { Operations } from "#generated/ecs/types.ts";
import type { ProtectionAnswer, ProtectionChange, TaskProtection } from "#host/agent/ports.ts";
import type { TaskPayload } from "#kernel/agent-protocol.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { ConflictError, Fault } from "#kernel/fault.ts";
import { type Random, uuid } from "#kernel/random.ts";
import { roleOfArn } from "#services/iam/model.ts";
import { roleCaller } from "#services/sts/index.ts";
import type { ActAs } from "./act-as.ts";
import { type ExecutionRoleOptions, taskOfArn } from "./execution-role.ts";
import { trustsTask } from "./task-credentials.ts";

export interface TaskProtectionOptions extends ExecutionRoleOptions {
  readonly actAs: ActAs;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

type Get = Operations["GetTaskProtection"];
type Update = Operations["UpdateTaskProtection"];

/** GetTaskProtection and UpdateTaskProtection of a task for itself, by a session of its role, as with the ECS agent. */
export function createTaskProtection(options: TaskProtectionOptions): TaskProtection {
  return {
    async call({ taskArn }: TaskPayload, change?: ProtectionChange) {
      const { store, clock, random, log } = options;
      const task = await taskOfArn(store, taskArn);
      const role = task && roleOfArn(store, task.taskRoleArn);
      if (task === undefined || role === undefined || !trustsTask(options, role, task)) return undefined;
      const session = roleCaller(role, task.id, { issuedAt: clock.now(), policies: [], tags: {} });
      const caller = { ...session, accessKeyId: "" };
      const { account, region } = task;
      const input = { cluster: task.clusterName, tasks: [taskArn], ...change };
      const operation = change === undefined ? "GetTaskProtection" : "UpdateTaskProtection";
      try {
        const call = { caller, account, region, service: "ecs", operation, input };
        return answerOf(await options.actAs<Get["output"] | Update["output"]>(call));
      } catch (error) {
        return { error: errorOf(error, { operation, log }), requestId: uuid(random) };
      }
    },
  };
}

function answerOf({ protectedTasks = [], failures = [] }: Get["output"]): ProtectionAnswer {
  const [failure] = failures;
  if (failure !== undefined) {
    const { arn = "", reason = "", detail } = failure;
    return { failure: { arn, reason, ...(detail !== undefined && { detail }) } };
  }
  const { taskArn = "", protectionEnabled: enabled = false, expirationDate } = protectedTasks[0]!;
  return { protection: { taskArn, enabled, ...(expirationDate !== undefined && { expiresAt: expirationDate }) } };
}

/** What the API would have answered. */
function errorOf(error: unknown, { operation, log }: { readonly operation: string; readonly log: Log }) {
  if (error instanceof Fault) return { code: error.code, message: error.message, status: error.status ?? 400 };
  if (error instanceof ConflictError) return { code: "ThrottlingException", message: "Rate exceeded", status: 400 };
  log.error("Unexpected error in a call of a task for itself", { operation, error });
  return { code: "ServerException", message: "Unexpected error occurred", status: 500 };
}
