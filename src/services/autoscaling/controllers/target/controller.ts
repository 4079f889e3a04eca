import { type Controller, type ControllerContext, watch } from "#kernel/controller.ts";
import { uuid } from "#kernel/random.ts";
import type { Key, Put } from "#kernel/store.ts";
import { alarms, scalingPoliciesOf } from "#services/cloudwatch/model.ts";
import { type ServiceName, services } from "#services/ecs/model.ts";
import { type HoldRecord, holds } from "#services/elb/model.ts";
import {
  activityKey,
  type ScalableTargetRecord,
  scalableTargets,
  scalingPolicies,
  scheduledActionKey,
  scheduledActions,
  serviceOfPolicyArn,
  targetKey,
} from "../../model.ts";
import { type NewActivity, planScaling, type ScalingPlan } from "./plan.ts";
import { type ReadAlarm, readScaling, type ScalingRead } from "./read.ts";

/**
 * Scales services. The key is that of a target. An alarm invokes the policies that its actions for the state that it is
 * in name, as with AWS again with every period as long as it is in that state: what a restart passed over is seen to
 * afterwards.
 */
export function targetController(readAlarm: ReadAlarm): Controller {
  return {
    name: "autoscaling.target",
    startsTasks: true,
    watches: [
      watch(scalableTargets, ({ key }) => [key]),
      watch(scalingPolicies, ({ value }) => [targetKey(value)]),
      watch(scheduledActions, ({ value }) => [targetKey(value)]),
      watch(services, ({ value }, store) =>
        store.view(scalableTargets).get(targetKey(value)) === undefined ? [] : [targetKey(value)],
      ),
      watch(holds, ({ value }) => (value.waitingSince === undefined ? [] : [value.owner])),
      watch(alarms, ({ value }) =>
        scalingPoliciesOf(value).flatMap((arn) => {
          const service = serviceOfPolicyArn(arn);
          return service === undefined ? [] : [targetKey(service)];
        }),
      ),
    ],
    async reconcile(key, ctx) {
      const read = await readScaling(key as Key<ScalableTargetRecord>, readAlarm, ctx);
      if (read === undefined) return;
      const plan = planScaling(read.view);
      await write(read, plan, ctx);
      return plan.lookAgainAt === undefined ? undefined : { lookAgainAt: plan.lookAgainAt };
    },
  };
}

async function write(read: ScalingRead, plan: ScalingPlan, { store, random }: ControllerContext): Promise<void> {
  const at = nameOf(plan.target);
  const activityPut = (activity: NewActivity): Put => {
    const value = { ...at, id: uuid(random), ...activity };
    return { key: activityKey(value), value };
  };
  const change = plan.change && activityPut(plan.change);
  const target = change ? { ...plan.target, inProgress: change.key } : plan.target;
  const put: Put[] = [
    ...(target === read.target.value ? [] : [{ key: read.target.key, value: target }]),
    ...(change ? [change] : []),
    ...plan.activities.map(activityPut),
    ...(plan.ended ? [{ key: activityKey(plan.ended), value: plan.ended }] : []),
    ...read.waiting.map(({ key, value }) => ({ key, value: seenTo(value) })),
    ...plan.fired.map((action) => ({ key: scheduledActionKey(action, action.scheduledActionName), value: action })),
  ];
  if (plan.desiredCount !== undefined) {
    // As UpdateService does it: the scheduler has something to do again.
    const value = { ...read.service.value!, desiredCount: plan.desiredCount, steady: false };
    put.push({ key: read.service.key, value });
  }
  if (put.length > 0)
    await store.commit({ unchanged: [read.target, read.service, ...read.actions, ...read.waiting], put });
}

/** A request that waits on says so again. */
function seenTo({ waitingSince: _, ...hold }: HoldRecord): HoldRecord {
  return hold;
}

function nameOf({ account, region, clusterName, serviceName }: ScalableTargetRecord): ServiceName {
  return { account, region, clusterName, serviceName };
}
