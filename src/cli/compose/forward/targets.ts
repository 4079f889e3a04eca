import type { Task } from "#generated/ecs/types.ts";
import { systemClock } from "#kernel/clock.ts";
import type { Client } from "../../client.ts";
import { listTasksOf } from "../apply/services.ts";
import type { FindTargets } from "./forwarder.ts";

/** How long an answer about a service's tasks is good: many connections come at once. */
const freshMs = 500;

/** Asks the platform for the tasks of the project's services, when a connection comes. */
export function findTasks(client: Client, project: string): FindTargets {
  const clock = systemClock();
  const known = new Map<string, { readonly at: number; readonly targets: Promise<readonly string[]> }>();
  return (service) => {
    const last = known.get(service);
    if (last !== undefined && clock.now() - last.at < freshMs) return last.targets;
    const targets = listTasksOf(client, project, { serviceName: service }, ["RUNNING"]).then(targetsOf);
    known.set(service, { at: clock.now(), targets });
    return targets;
  };
}

/** Tasks that run and are not unhealthy; while a health check has not spoken only when no other has. */
export function targetsOf(tasks: readonly Task[]): string[] {
  const running = tasks.filter(
    ({ lastStatus, desiredStatus }) => lastStatus === "RUNNING" && desiredStatus === "RUNNING",
  );
  const healthy = running.filter(({ healthStatus }) => healthStatus === "HEALTHY");
  const others = running.filter(({ healthStatus }) => healthStatus !== "UNHEALTHY");
  const chosen = healthy.length > 0 ? healthy : others;
  return chosen.flatMap(({ containers }) => containers?.[0]?.networkInterfaces?.[0]?.privateIpv4Address ?? []);
}
