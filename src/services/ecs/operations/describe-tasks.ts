import type { Failure, Operations, Task } from "#generated/ecs/types.ts";
import { parseArn } from "#kernel/arn.ts";
import type { Handler } from "#kernel/handler.ts";
import { taskArn, tasks } from "../model/task.ts";
import { requireCluster, taskKeyIn } from "../tasks/lookup.ts";
import { toTask } from "../tasks/output.ts";

export const DescribeTasks: Handler<
  Operations["DescribeTasks"]["input"],
  Operations["DescribeTasks"]["output"]
> = async (input, ctx) => {
  if (input.tasks.length === 0) throw ctx.fault("InvalidParameterException", "Tasks cannot be empty.");
  const { clusterName } = (await requireCluster(ctx, input.cluster)).value;
  const view = ctx.store.view(tasks);
  const tags = input.include?.includes("TAGS") ?? false;
  const found: Task[] = [];
  const failures: Failure[] = [];
  for (const identifier of new Set(input.tasks)) {
    const task = view.get(taskKeyIn(ctx, clusterName, identifier));
    if (task) found.push(toTask(task.value, { tags }));
    else failures.push({ arn: arnOf(identifier), reason: "MISSING" });
  }
  return { tasks: found, failures };

  function arnOf(identifier: string): string {
    const { account, region } = ctx;
    return parseArn(identifier) ? identifier : taskArn({ account, region, clusterName, id: identifier });
  }
};
