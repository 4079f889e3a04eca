import type { RequestContext } from "#kernel/handler.ts";
import type { Entry, Store } from "#kernel/store.ts";
import { readSchedulerView } from "../controllers/scheduler/controller.ts";
import { surroundingsOf } from "../controllers/service/controller.ts";
import { readServiceState, type Surroundings } from "../controllers/service/state.ts";
import type { InquiryOptions } from "../explain/inquiries.ts";
import { containerInstances, instanceKeyOfArn } from "../model/container-instance.ts";
import { hosts } from "../model/host.ts";
import type { ServiceRecord, ServiceRevisionRecord } from "../model/service.ts";
import { type TaskRecord, tasks } from "../model/task.ts";
import { groupsOf } from "../services/target-groups.ts";
import type { Fork } from "./fork.ts";
import { forkedStore } from "./views.ts";

/** A fork of the service as it is now, and the store as it is with it. */
export async function readFork(
  service: Entry<ServiceRecord>,
  ctx: RequestContext,
  options: InquiryOptions,
): Promise<{ readonly fork: Fork; readonly store: Store }> {
  const live = surroundingsOf(service.value, ctx, options);
  const { view } = await readServiceState(ctx.store, service, live);
  const { now, revisions, serviceDeployments, tasks: own } = view;
  const store = forkedStore(ctx.store, () => fork);
  const held = (hostId: string) => own.filter(({ value }) => value.hostId === hostId && isHeld(value)).length;
  const fork: Fork = {
    ...{ now, service: service.value },
    revisions: new Map(revisions),
    serviceDeployments: new Map(serviceDeployments),
    tasks: new Map(own.map(({ key, value }) => [key, value])),
    hosts: [...ctx.store.view(hosts).all()].map((entry) => {
      const { hostId } = entry.value.registration;
      return { entry, otherTasks: ctx.store.view(tasks).count("host", hostId) - held(hostId) };
    }),
    instanceOf: (task) => {
      const arn = task.containerInstanceArn;
      return arn === undefined ? undefined : store.view(containerInstances).get(instanceKeyOfArn(task, arn))?.value;
    },
    subnets: new Map(),
    interfaces: new Map(
      own.flatMap(({ value }) =>
        value.networkInterface === undefined ? [] : [[value.id, value.networkInterface.subnetId] as const],
      ),
    ),
    targets: new Map(),
    surroundings: {
      ...surroundingsOf(service.value, { ...ctx, store }, options),
      targetHealth: targetHealth(() => fork, live, new Set(own.map(({ value }) => value.id))),
      trafficApplied: () => true,
    },
  };
  return { fork, store };
}

/** As the index `host` of tasks has it. */
function isHeld({ agent, lastStatus }: TaskRecord): boolean {
  return agent?.status !== "STOPPED" && lastStatus !== "STOPPED";
}

/** What load balancers say of a task: of one that is there now what they say now, until the play says more. */
function targetHealth(fork: () => Fork, live: Surroundings, known: ReadonlySet<string>): Surroundings["targetHealth"] {
  return (task) => {
    const decided = fork().targets.get(task.id);
    if (decided === undefined && known.has(task.id)) return live.targetHealth(task);
    const revision = fork().revisions.get(task.service?.revisionId ?? "");
    const [targetGroupArn] = revision === undefined ? [] : groupsOf(revision);
    return targetGroupArn === undefined ? undefined : { state: decided ?? "initial", targetGroupArn };
  };
}

/** The subnets that tasks of these revisions may be in, with the addresses that are free without the service's own. */
export async function readSubnets(
  fork: Fork,
  revisions: readonly ServiceRevisionRecord[],
  store: Store,
): Promise<void> {
  const { service } = fork;
  for (const { networkConfiguration } of revisions) {
    if (networkConfiguration === undefined) continue;
    const group = `service:${service.serviceName}`;
    const asked = { ...service, group, awsvpcConfiguration: networkConfiguration };
    const { subnets } = await readSchedulerView(asked as unknown as TaskRecord, store);
    for (const { subnetId, availabilityZone, freeAddresses } of subnets) {
      const own = [...fork.interfaces.values()].filter((id) => id === subnetId).length;
      fork.subnets.set(subnetId, { subnetId, availabilityZone, freeAddresses: freeAddresses + own });
    }
  }
}
