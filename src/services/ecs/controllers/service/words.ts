import type { TaskTargetHealth } from "../../services/target-groups.ts";

/**
 * The events of a service in Amazon ECS's words ("Amazon ECS service event messages"). Where the page has a heading and
 * not the message itself, as for protected tasks, they are those of messages that services on AWS have.
 */

const more = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";

/** How the event begins that Fargate has no room; EventBridge has another word for it. */
export const noFargate = "Capacity is unavailable at this time";

/** What tasks that an event tells of have in common: their task set, and the zone where a rebalancing changes them. */
export interface About {
  readonly taskSetId?: string;
  readonly zone?: string;
  /** They have been stopped before they were RUNNING. */
  readonly pending?: boolean;
}

export function serviceWords(serviceName: string) {
  const service = `(service ${serviceName})`;
  const part = (taskSetId?: string) =>
    taskSetId === undefined ? service : `(service ${serviceName}, taskSet ${taskSetId})`;
  return {
    /** `replacements`: how many of them are to take the places of unhealthy ones. */
    started: (taskIds: readonly string[], { taskSetId }: About = {}, replacements = 0) =>
      `${part(taskSetId)} has started ${taskIds.length} tasks: ${listed(taskIds)}.` +
      (replacements === 0 ? "" : ` Amazon ECS replaced ${replacements} tasks due to an unhealthy status.`),
    stopped: (taskIds: readonly string[], { taskSetId, zone, pending }: About = {}) =>
      pending
        ? `${part(taskSetId)} stopped ${taskIds.length} pending tasks.`
        : `${part(taskSetId)} has stopped ${taskIds.length} running tasks` +
          `${zone === undefined ? "" : ` in ${zone} due to AZ rebalancing`}: ${listed(taskIds)}.`,
    /** Told when they are healthy: only then it is known where they are. */
    startedToBalance: (taskIds: readonly string[], { zone }: About) =>
      `${service} has started ${taskIds.length} tasks in ${zone} to AZ Rebalance: ${listed(taskIds)}.`,
    steady: () => `${service} has reached a steady state.`,
    completed: (deploymentId: string) => `${service} (deployment ${deploymentId}) deployment completed.`,
    failed: (deploymentId: string, why: string) => `${service} (deployment ${deploymentId}) deployment failed: ${why}.`,
    rollingBack: (deploymentId: string) => `${service} rolling back to deployment ${deploymentId}.`,
    unhealthyContainers: (taskId: string) => `${service} (task ${taskId}) failed container health checks.`,
    unhealthyTarget: (taskId: string, { instanceId, port, targetGroupArn, reason }: TaskTargetHealth) =>
      `${service} (task ${taskId})${instanceId === undefined ? "" : ` (instance ${instanceId})`} (port ${port}) ` +
      `is unhealthy in (target-group ${targetGroupArn}) due to (reason ${reason}).`,
    registered: (count: number, targetGroupArn: string) =>
      `${service} registered ${count} targets in (target-group ${targetGroupArn})`,
    deregistered: (count: number, targetGroupArn: string) =>
      `${service} deregistered ${count} targets in (target-group ${targetGroupArn})`,
    drainingConnections: (count: number) => `${service} has begun draining connections on ${count} tasks.`,
    impaired: () => `${service} is unable to consistently start tasks successfully. ${more}`,
    launchFailed: (fault: string) => `${service} failed to launch a task with (error ${fault}).`,
    cannotPlace: (why: string) =>
      `${service} was unable to place a task because no container instance met all of its requirements. ` +
      `Reason: ${why} ${more}`,
    /** On Fargate, where AWS calls it so, too, when the task had its place: what its `stoppedReason` says. */
    cannotStart: (reason: string) => `${service} was unable to place a task. Reason: ${reason.replace(/\.$/, "")}.`,
    /** On Fargate; the second sentence says what the hosts lack. */
    noCapacity: (why: string) =>
      `${service} was unable to place a task. Reason: ${noFargate}. Please try again later or in a different ` +
      `availability zone. ${why} ${more}`,
    blockedByBounds: () =>
      `${service} was unable to stop or start tasks during a deployment because of the service deployment ` +
      "configuration. Update the minimumHealthyPercent or maximumPercent value and try again.",
    blockedByProtection: (count: number) =>
      `${service} was unable to stop tasks during a deployment due to (reason ${count} tasks under protection).`,
    /** Of a deployment or a task set; on AWS, too, without a full stop. */
    scaleInBlocked: (id: string, count: number) =>
      `${service} was unable to reach steady state because (taskSet ${id}) was unable to scale in due to ` +
      `(reason ${count} tasks under protection)`,
    draining: () => `${service} has begun draining.`,
  };
}

function listed(taskIds: readonly string[]): string {
  return taskIds.map((id) => `(task ${id})`).join(" ");
}

/** `stoppedReason` of tasks that the scheduler stops. */
export const stopReasons = {
  surplus: (deploymentId: string) => `Scaling activity initiated by (deployment ${deploymentId})`,
  containerHealth: "Task failed container health checks",
  targetHealth: (targetGroupArn: string) => `Task failed ELB health checks in (target-group ${targetGroupArn})`,
} as const;

/** `rolloutStateReason` of deployments. */
export const rolloutReasons = {
  inProgress: (id: string) => `ECS deployment ${id} in progress.`,
  completed: (id: string) => `ECS deployment ${id} completed.`,
  /** By what failed the deployment. */
  failed: {
    breaker: "ECS deployment circuit breaker: tasks failed to start.",
    alarm: "ECS deployment failed: alarm detected.",
    hook: "ECS deployment failed: a lifecycle hook did not succeed.",
    request: "ECS deployment stopped by a user.",
  },
  rollingBack: (cause: "breaker" | "alarm" | "hook" | "request", id: string) =>
    `${rollbackCauses[cause]}: rolling back to deploymentId ${id}.`,
} as const;

/** `statusReason` of service deployments, and `reason` of their rollbacks: what AWS is seen to say. */
export const rollbackReasons = {
  breaker: "Service deployment rolled back because the circuit breaker threshold was exceeded.",
  alarm: "Service deployment rolled back because of one or more active alarms.",
  hook: (stage: string, detail: string) =>
    `Service deployment rolled back because ${stage} lifecycle hook(s) failed. ${detail}`,
  request: "Service deployment rolled back by user.",
  noCandidate: "No rollback candidate was found to run the rollback.",
} as const;

const rollbackCauses = {
  breaker: "ECS deployment circuit breaker",
  alarm: "ECS deployment failed, alarm detected",
  hook: "ECS deployment failed, lifecycle hook",
  request: "ECS deployment rollback requested",
} as const;
