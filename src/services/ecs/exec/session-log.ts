import { readAwslogsOptions } from "#kernel/awslogs-options.ts";
import type { ExecSessionRequest } from "#kernel/exec-sessions.ts";
import type { ClusterRecord } from "../model/cluster.ts";
import type { ContainerDefinitionRecord } from "../model/task-definition.ts";

/**
 * The log group for what a session in this container shows, as the cluster's executeCommandConfiguration says
 * ("Logging using ECS Exec"); undefined: it is not kept.
 */
export function sessionLogGroup(
  cluster: ClusterRecord,
  container: ContainerDefinitionRecord | undefined,
): ExecSessionRequest["logGroup"] {
  const { logging = "DEFAULT", logConfiguration } = cluster.configuration?.executeCommandConfiguration ?? {};
  if (logging === "NONE") return undefined;
  if (logging === "OVERRIDE") {
    const logGroupName = logConfiguration?.cloudWatchLogGroupName;
    return logGroupName === undefined ? undefined : { region: cluster.region, logGroupName };
  }
  if (container?.logConfiguration?.logDriver !== "awslogs") return undefined;
  const awslogs = readAwslogsOptions(container.logConfiguration.options ?? {});
  return typeof awslogs === "string" ? undefined : { region: awslogs.region, logGroupName: awslogs.group };
}
