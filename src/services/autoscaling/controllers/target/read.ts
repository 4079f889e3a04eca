import type { ControllerContext } from "#kernel/controller.ts";
import type { Entry, Key, Read, Store } from "#kernel/store.ts";
import { actionsOf, alarms, type MetricAlarmRecord } from "#services/cloudwatch/model.ts";
import { primaryOf, type ServiceRecord, serviceKey } from "#services/ecs/model.ts";
import { type HoldRecord, holds } from "#services/elb/model.ts";
import {
  policyArn,
  type ScalableTargetRecord,
  type ScalingActivityRecord,
  type ScalingPolicyRecord,
  type ScheduledActionRecord,
  scalingPolicies,
  scheduledActions,
  targetPath,
} from "../../model.ts";
import type { AlarmView, PolicyView, ScalingView, ServiceView } from "./view.ts";

/** What an alarm watches, in its evaluation range. Times with `Ms` are milliseconds since the epoch. */
export type ReadAlarm = (
  alarm: MetricAlarmRecord,
  nowMs: number,
) => Promise<Pick<AlarmView, "datapoints" | "endMs" | "nextMs">>;

export interface ScalingRead {
  readonly target: Entry<ScalableTargetRecord>;
  readonly service: Read<ServiceRecord>;
  readonly actions: readonly Entry<ScheduledActionRecord>[];
  /** Of target groups whose requests wait. */
  readonly waiting: readonly Entry<HoldRecord>[];
  readonly view: ScalingView;
}

/** Undefined: there is no such target. */
export async function readScaling(
  key: Key<ScalableTargetRecord>,
  readAlarm: ReadAlarm,
  { store, clock }: ControllerContext,
): Promise<ScalingRead | undefined> {
  const target = await store.get(key);
  if (target.value === undefined) return undefined;
  const service = await store.get(serviceKey(target.value));
  const path = targetPath(target.value);
  const actions = store.view(scheduledActions).by("target", path);
  const waiting = store
    .view(holds)
    .by("owner", key)
    .filter(({ value }) => value.waitingSince !== undefined);
  const { inProgress } = target.value;
  const activity = inProgress && (await store.get(inProgress as Key<ScalingActivityRecord>));
  const now = clock.now();
  const policies: PolicyView[] = [];
  for (const { value: policy } of store.view(scalingPolicies).by("target", path)) {
    const invokedBy = await Promise.all(invoking(store, policy).map((alarm) => readView(alarm, readAlarm, now)));
    policies.push({ policy, invokedBy } as PolicyView);
  }
  const view: ScalingView = {
    ...{ target: target.value, service: serviceView(service.value), policies, now },
    scheduledActions: actions.map(({ value }) => value),
    hasWaiting: waiting.length > 0,
    inProgress: activity ? activity.value : undefined,
  };
  return { target, service, actions, waiting, view };
}

/** The alarms that are in a state for which their actions name the policy. */
function invoking(store: Store, policy: ScalingPolicyRecord): MetricAlarmRecord[] {
  const arn = policyArn(policy);
  return store
    .view(alarms)
    .by("policy", arn)
    .flatMap(({ value }) => (value.type === "metric" && actionsOf(value).includes(arn) ? [value] : []));
}

async function readView(alarm: MetricAlarmRecord, readAlarm: ReadAlarm, now: number): Promise<AlarmView> {
  const { configuration, stateValue } = alarm;
  return {
    alarmName: configuration.AlarmName,
    stateValue,
    comparison: configuration.ComparisonOperator!,
    threshold: configuration.Threshold!,
    evaluationPeriods: configuration.EvaluationPeriods!,
    missingBreaches: configuration.TreatMissingData === "breaching",
    ...(await readAlarm(alarm, now)),
  };
}

function serviceView(service: ServiceRecord | undefined): ServiceView | undefined {
  if (service?.status !== "ACTIVE") return undefined;
  const { desiredCount, steady: isSteady, deployments } = service;
  const isDeploying = deployments.length > 1 || primaryOf(service)?.rolloutState === "IN_PROGRESS";
  return { desiredCount, isSteady, isDeploying };
}
