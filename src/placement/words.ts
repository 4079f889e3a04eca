import type { Explanation, Rejection } from "./explain.ts";
import type { FailureReason } from "./filters.ts";

/** How the closest instance falls short, in the words of ECS's service events; for the others the reason stands. */
const shortcomings: Partial<Record<FailureReason, string>> = {
  "RESOURCE:CPU": "has insufficient CPU units available",
  "RESOURCE:MEMORY": "has insufficient memory available",
  "RESOURCE:PORTS": "is already using a port required by your task",
  ATTRIBUTE: "is missing an attribute required by your task",
  AGENT: "doesn't have the agent connected",
};

const unmet = "no container instance met all of its requirements";
const troubleshooting = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";

/**
 * The service event for a task that could not be placed, as ECS words it, and with what is missing in all of them.
 * `where` is what the instances are of:
 * `cluster`, or `capacity provider` for a service with a capacity provider strategy.
 */
export function unableToPlaceEvent(
  serviceName: string,
  explanation: Explanation,
  where: "cluster" | "capacity provider" = "cluster",
): string {
  const { closest } = explanation;
  const unable = `(service ${serviceName}) was unable to place a task because ${unmet}.`;
  if (closest === undefined) {
    return `${unable} Reason: No Container Instances were found in your ${where}. ${troubleshooting}`;
  }
  const { instanceId, reason } = closest;
  const shortcoming = shortcomings[reason] ?? `encountered error "${reason}"`;
  const nearestOne = `The closest matching (container-instance ${instanceId}) ${shortcoming}.`;
  return `${unable} ${nearestOne} ${explanationInWords(explanation)} ${troubleshooting}`;
}

/** What is missing, where, and for how many instances: a sentence for people. `noun`: what an instance is called. */
export function explanationInWords(
  { instancesCount, fittingCount, rejections }: Explanation,
  noun = "container instance",
): string {
  const among = `${instancesCount} ${noun}${instancesCount === 1 ? "" : "s"}`;
  if (instancesCount === 0) return `There are no ${noun}s.`;
  if (fittingCount > 0) return `Of ${among}, ${fittingCount} can take it.`;
  const parts = rejections.map((rejection) => `${rejection.instancesCount} ${rejection.words}${nearest(rejection)}`);
  return `Of ${among}, ${parts.join("; ")}.`;
}

function nearest({ nearest: found }: Rejection): string {
  return found === undefined ? "" : ` (the most is ${found.room} on ${found.instanceId})`;
}

/** The service event that begins a rebalancing, or ends it: how many tasks are in each zone. */
export function zoneBalanceEvent(
  serviceName: string,
  counts: ReadonlyMap<string, number>,
  state: "STARTED" | "COMPLETED",
): string {
  const zones = [...counts].map(([zone, count]) => `${count} tasks in ${zone}`);
  const listed = zones.length < 3 ? zones.join(" and ") : `${zones.slice(0, -1).join(", ")}, and ${zones.at(-1)}`;
  return state === "STARTED"
    ? `(service ${serviceName}) is not AZ balanced with ${listed}. AZ Rebalancing in progress.`
    : `(service ${serviceName}) is AZ balanced with ${listed}.`;
}
