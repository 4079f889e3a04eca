import type { ExecuteCommandRequest } from "#generated/ecs/types.ts";
import { type ExecSessions, streamUrl } from "#kernel/exec-sessions.ts";
import { execAgent } from "../exec/managed-agent.ts";
import { sessionLogGroup } from "../exec/session-log.ts";
import { invalid } from "../faults.ts";
import type { TaskContainer, TaskRecord } from "../model/task.ts";
import { taskDefinitionKey, taskDefinitions } from "../model/task-definition.ts";
import { requireCluster, taskKeyIn } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

/** A session's token holds the command, and the AWS CLI hands it to its plugin as one argument of a program. */
const longestCommandBytes = 65_536;

/**
 * Gives out the session in which the command is run: when its client opens it, and not before. Nothing is recorded but
 * in the audit trail.
 */
export function executeCommand(sessions: ExecSessions): EcsHandler<"ExecuteCommand"> {
  return async (input, ctx) => {
    checkInput(input);
    const cluster = await requireCluster(ctx, input.cluster);
    const task = (await ctx.store.get(taskKeyIn(ctx, cluster.value.clusterName, input.task))).value;
    if (task === undefined) throw invalid("The referenced task was not found.");
    const container = chooseContainer(task, input.container);
    if (task.hostId === undefined || execAgent(task, container)?.lastStatus !== "RUNNING") {
      throw invalid(
        "The execute command failed because execute command was not enabled when the task was run or the execute " +
          "command agent isn’t running. Wait and try again or run a new task with execute command enabled and try " +
          "again.",
      );
    }
    if (!sessions.isConnected(task.hostId)) {
      throw ctx.fault(
        "TargetNotConnectedException",
        "The execute command failed due to an internal error. Try again later.",
      );
    }
    if (sessions.open >= sessions.mostOpen) {
      throw ctx.fault(
        "ClientException",
        "Unable to start new execute sessions because the maximum session limit of " +
          `${sessions.mostOpen} has been reached.`,
      );
    }
    const definition = ctx.store.view(taskDefinitions).get(taskDefinitionKey(task, task.family, task.revision))?.value;
    const logGroup = sessionLogGroup(
      cluster.value,
      definition?.containerDefinitions.find(({ name }) => name === container.name),
    );
    const { sessionId, tokenValue } = sessions.issue({
      ...{ account: task.account, region: task.region, hostId: task.hostId, taskArn: task.taskArn },
      ...{ containerName: container.name, command: input.command },
      ...(logGroup && { logGroup }),
    });
    return {
      clusterArn: task.clusterArn,
      containerArn: container.containerArn,
      containerName: container.name,
      interactive: input.interactive,
      session: { sessionId, streamUrl: streamUrl(ctx.endpoint, sessionId), tokenValue },
      taskArn: task.taskArn,
    };
  };
}

function checkInput({ interactive, command, task }: ExecuteCommandRequest): void {
  if (!interactive) throw invalid("Interactive is the only mode supported currently.");
  if (!task.startsWith("arn:") && ![32, 36].includes(task.length)) {
    throw invalid("task length should be one of [32,36]");
  }
  if (command.trim() === "") throw invalid("The command can not be blank.");
  if (Buffer.byteLength(command) > longestCommandBytes) {
    throw invalid(`The command must be at most ${longestCommandBytes} bytes long.`);
  }
}

/** "A container name only needs to be specified for tasks containing multiple containers." */
function chooseContainer(task: TaskRecord, name: string | undefined): TaskContainer {
  const [first, ...others] = task.containers;
  if (name === undefined && first !== undefined && others.length === 0) return first;
  const names = task.containers.map((container) => container.name).join(", ");
  if (name === undefined) throw invalid(`The task has several containers. Name one of them: ${names}.`);
  const found = task.containers.find((container) => container.name === name);
  if (found === undefined) throw invalid(`The task has no container named ${name}. It has: ${names}.`);
  return found;
}
