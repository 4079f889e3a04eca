import { type Controller, type ControllerContext, watch } from "#kernel/controller.ts";
import type { Key } from "#kernel/store.ts";
import { alarms } from "#services/cloudwatch/model.ts";
import { type ServiceRecord, serviceKey, serviceKeysOf, services } from "../../model/service.ts";
import { alarmPath, serviceDeployments } from "../../model/service-deployment.ts";
import { tasks } from "../../model/task.ts";
import { taskSets } from "../../model/task-set.ts";
import { alarmState } from "../../services/alarms.ts";
import { newDeploymentId } from "../../services/numbers.ts";
import { taskTargetHealth } from "../../services/target-groups.ts";
import { trafficApplied } from "../traffic/applied.ts";
import { balancerWatches } from "./balancer-watches.ts";
import { instanceWatches } from "./instance-watches.ts";
import { launchFault } from "./launch-fault.ts";
import { daemonInstances, isDrainingIn, taskPlaces, zonesOf } from "./placing.ts";
import { planService } from "./plan.ts";
import { readServiceState, type Surroundings } from "./state.ts";
import { toWrites } from "./writes.ts";

/** A task without a health check counts as healthy 40 seconds after RUNNING ("DeploymentConfiguration"). */
export const defaultSettleSeconds = 40;

export interface ServiceControllerOptions {
  readonly settleSeconds: number;
  /** Whether the role exists and its trust policy lets the service take it on. */
  readonly canAssume: (account: string, roleArn: string, service: string, sourceArn: string) => boolean;
}

/** What the scheduler of a service sees beside its records; `explain` and `simulate` see the same. */
export function surroundingsOf(
  service: ServiceRecord,
  { store, clock, random }: Pick<ControllerContext, "store" | "clock" | "random">,
  { settleSeconds, canAssume }: ServiceControllerOptions,
): Surroundings {
  return {
    now: clock.now(),
    settleMs: settleSeconds * 1000,
    newDeploymentId: newDeploymentId({ random }),
    targetHealth: taskTargetHealth(store),
    trafficApplied: (deployment) => trafficApplied(store, deployment),
    alarmState: (name) => alarmState(store, service, name),
    instanceOf: taskPlaces(store, service),
    isDraining: isDrainingIn(store),
    zonesOf: (revision) => zonesOf(store, service, revision),
    daemonInstances: (revision) => daemonInstances(store, service, revision),
    launchFault: (revision) => launchFault(store, revision, service, canAssume),
  };
}

/** Keeps the tasks of services running, and carries out their deployments. */
export function serviceController(options: ServiceControllerOptions): Controller {
  return {
    name: "ecs.service",
    startsTasks: true,
    watches: [
      watch(services, (service) => (service.value.status === "INACTIVE" ? [] : [service.key])),
      watch(serviceDeployments, ({ value }) => [serviceKey(value)]),
      watch(taskSets, ({ value }) => [serviceKey(value)]),
      watch(alarms, ({ value }, store) => {
        const path = alarmPath(value, value.configuration.AlarmName);
        return store
          .view(serviceDeployments)
          .by("alarm", path)
          .map((deployment) => serviceKey(deployment.value));
      }),
      ...instanceWatches,
      ...balancerWatches,
      watch(tasks, ({ value }) => serviceKeysOf(value)),
    ],
    async reconcile(key, ctx) {
      const service = await ctx.store.get(key as Key<ServiceRecord>);
      if (service.value === undefined || service.value.status === "INACTIVE") return;
      const state = await readServiceState(ctx.store, service, surroundingsOf(service.value, ctx, options));
      const plan = planService(state.view);
      const commit = toWrites(plan, state, ctx);
      if (commit !== undefined) await ctx.store.commit(commit);
      if (plan.lookAgainAt !== undefined) return { lookAgainAt: plan.lookAgainAt };
    },
  };
}
