import { type Controller, type ControllerContext, watch } from "#kernel/controller.ts";
import type { Entry, Key, Store } from "#kernel/store.ts";
import {
  deregistration,
  registration,
  type TargetRecord,
  type TargetWrites,
  targetGroupArn,
  targetGroupKey,
  targetGroupPlace,
  targetGroups,
  targetRecordKey,
  targets,
} from "#services/elb/model.ts";
import { type ServiceRecord, serviceKeysOf, serviceNameIn, servicePath } from "../../model/service.ts";
import { tasks } from "../../model/task.ts";
import { taskTargets } from "../../services/target-groups.ts";
import { serviceWords } from "../service/words.ts";
import { newEvents } from "../service/writes.ts";
import { planTargets, type TargetsPlan, type Wanted } from "./plan.ts";

/**
 * Keeps the tasks of services registered in their target groups: while they run, and no longer. The key is that of the
 * ECS service, which may itself be gone: what it has registered is known by its owner.
 */
export const targetsController: Controller = {
  name: "ecs.targets",
  watches: [
    watch(tasks, ({ value }) => serviceKeysOf(value)),
    watch(targets, ({ value }) => (value.owner === undefined ? [] : [value.owner])),
  ],
  async reconcile(key, ctx) {
    const { store, clock } = ctx;
    const owned = store.view(targets).by("owner", key);
    const plan = planTargets(wantedOf(store, key), owned);
    if (plan.register.length + plan.deregister.length === 0) return;
    const now = clock.now();
    const writes = [
      ...plan.register.map(({ task, group, target }) =>
        registration(store, group, { ...target, registeredAt: now, owner: key, task: task.key }),
      ),
      ...plan.deregister.map((target) => leaving(store, target, now)),
    ];
    const told = await tell(key as Key<ServiceRecord>, plan, ctx);
    await store.commit({
      // A task that has moved on meanwhile is not registered.
      unchanged: [
        ...new Set([...writes.flatMap(({ unchanged }) => unchanged), ...plan.register.map(({ task }) => task)]),
        ...told.unchanged,
      ],
      put: [...writes.flatMap(({ put }) => put), ...told.put],
      remove: [...writes.flatMap(({ remove }) => remove), ...told.remove],
    });
  },
};

function wantedOf(store: Store, key: string): Wanted[] {
  return store
    .view(tasks)
    .by("service", servicePath(serviceNameIn(key)))
    .flatMap((task) =>
      taskTargets(store, task.value).flatMap(({ group, target }): Wanted[] => {
        if (group === undefined || target === undefined) return [];
        const known = store.view(targets).get(targetRecordKey(group.value, target));
        return [{ task, group, target, ...(known && { known }) }];
      }),
    );
}

function leaving(store: Store, target: Entry<TargetRecord>, now: number): TargetWrites {
  const place = targetGroupPlace(target.value.targetGroupArn)!;
  const group = store.view(targetGroups).get(targetGroupKey(place, place.name));
  // With its group gone there is nothing to drain from.
  return group === undefined
    ? { unchanged: [target], put: [], remove: [target.key] }
    : deregistration(store, group, target, now);
}

/** The events of it, while the service is there. */
async function tell(key: Key<ServiceRecord>, plan: TargetsPlan, ctx: ControllerContext) {
  const service = await ctx.store.get(key);
  if (service.value === undefined) return { unchanged: [], put: [], remove: [] };
  const words = serviceWords(service.value.serviceName);
  const draining = new Set(plan.deregister.flatMap(({ value }) => value.task ?? [])).size;
  const messages = [
    ...counts(plan.register.map(({ group }) => targetGroupArn(group.value))).map(([arn, count]) =>
      words.registered(count, arn),
    ),
    ...(draining > 0 ? [words.drainingConnections(draining)] : []),
    ...counts(plan.deregister.map(({ value }) => value.targetGroupArn)).map(([arn, count]) =>
      words.deregistered(count, arn),
    ),
  ];
  const events = newEvents(service.value, messages, ctx);
  const next = { ...service.value, eventSequence: service.value.eventSequence + messages.length };
  return { unchanged: [service], put: [{ key, value: next }, ...events.put], remove: events.remove };
}

function counts(arns: readonly string[]): [string, number][] {
  return [...Map.groupBy(arns, (arn) => arn)].map(([arn, all]) => [arn, all.length]);
}
