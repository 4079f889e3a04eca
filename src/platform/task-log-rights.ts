import type { Clock } from "#kernel/clock.ts";
import { DriverError, Fault } from "#kernel/fault.ts";
import type { LogSink, LogStreamName } from "#kernel/log-sink.ts";
import { logGroupKey, logStreamKey } from "#services/logs/model.ts";
import type { CallCheck } from "./act-as.ts";
import { type ExecutionRoleOptions, executionCaller, taskOfArn } from "./execution-role.ts";

export interface TaskLogRightsOptions extends ExecutionRoleOptions {
  readonly check: CallCheck;
  readonly clock: Clock;
}

type LogAction = "CreateLogGroup" | "CreateLogStream" | "PutLogEvents";

/** How long it is remembered that a task may write: a question for each batch would cost more than the batch. */
const rememberMs = 5_000;
const mostRemembered = 10_000;

/**
 * The sink as tasks may use it: what their execution role may not, is refused with `AccessDeniedException` in IAM's
 * words. A task without the role writes as its host does.
 */
export function withTaskRights(sink: LogSink, options: TaskLogRightsOptions): LogSink {
  const { store, clock } = options;
  const allowedUntil = new Map<string, number>();

  async function requireRight(action: LogAction, stream: LogStreamName, taskArn: string | undefined): Promise<void> {
    const refusal = taskArn === undefined ? undefined : await refusalOf(options, action, stream, taskArn);
    if (refusal !== undefined) throw new Fault("AccessDeniedException", refusal);
  }
  return {
    position: (stream, sourceId) => sink.position(stream, sourceId),
    async ensureStream(stream, how) {
      const group = (await store.get(logGroupKey(stream, stream.logGroupName))).value;
      const known = group && (await store.get(logStreamKey(group.id, stream.logStreamName))).value;
      if (known === undefined) await requireRight("CreateLogStream", stream, how.taskArn);
      if (group === undefined && how.createGroup) await requireRight("CreateLogGroup", stream, how.taskArn);
      return sink.ensureStream(stream, how);
    },
    async append(batch) {
      const { stream, taskArn } = batch;
      const remembered = JSON.stringify([taskArn, stream.region, stream.logGroupName, stream.logStreamName]);
      if ((allowedUntil.get(remembered) ?? 0) <= clock.now()) {
        await requireRight("PutLogEvents", stream, taskArn);
        if (allowedUntil.size >= mostRemembered) allowedUntil.clear();
        allowedUntil.set(remembered, clock.now() + rememberMs);
      }
      return sink.append(batch);
    },
  };
}

/** Undefined: the task may. */
async function refusalOf(
  options: TaskLogRightsOptions,
  action: LogAction,
  stream: LogStreamName,
  taskArn: string,
): Promise<string | undefined> {
  const task = await taskOfArn(options.store, taskArn);
  // What is left of the output of a task that nobody remembers was allowed when it began.
  if (task?.executionRoleArn === undefined) return undefined;
  try {
    const caller = await executionCaller(options, task, task.executionRoleArn);
    const { account, region, ...input } = stream;
    return options.check({ service: "logs", operation: action, input, caller, account, region });
  } catch (error) {
    if (error instanceof DriverError) return error.message;
    throw error;
  }
}
