import type { NotScaledReason } from "#generated/application-autoscaling/types.ts";
import type { ScalableTargetRecord, ScalingActivityRecord, ScheduledActionRecord } from "../../model.ts";
import { defaultCooldownSeconds } from "../../model.ts";
import { dueTimes } from "./schedule.ts";
import { type Capacity, stepProposals } from "./step.ts";
import { trackingScaleIn, trackingScaleOut } from "./tracking.ts";
import type { PolicyView, Proposal, ScalingView, Trigger } from "./view.ts";
import { activityWords as words } from "./words.ts";

/** An activity that is told of; its id is given to it when it is written. */
export type NewActivity = Omit<ScalingActivityRecord, "id" | "account" | "region" | "clusterName" | "serviceName">;

export interface ScalingPlan {
  /** The same object when nothing changes. */
  readonly target: ScalableTargetRecord;
  /** What the service is to want now; its activity is `change`. */
  readonly desiredCount?: number;
  readonly change?: NewActivity;
  /** Further activities, which are over already. */
  readonly activities: readonly NewActivity[];
  /** What became of the activity in progress. */
  readonly ended?: ScalingActivityRecord;
  /** Scheduled actions that have been seen to, or count anew. */
  readonly fired: readonly ScheduledActionRecord[];
  readonly lookAgainAt?: number;
}

/** A service that has not come to what was asked of it after this time will not be waited for. */
const fulfilMs = 60 * 60_000;

/**
 * What becomes of a target: ends the activity that the service has fulfilled, sets the bounds of scheduled actions that
 * are due, brings the capacity between bounds that were set, wakes a service without tasks for a request, and else
 * follows the policies.
 */
export function planScaling(view: ScalingView): ScalingPlan {
  const draft = new Draft(view);
  endActivity(draft);
  runSchedule(draft);
  if (view.service !== undefined) {
    if (draft.target.boundsSet) clamp(draft);
    else if (!wake(draft)) followPolicies(draft);
  }
  return draft.plan();
}

class Draft {
  readonly view: ScalingView;
  target: ScalableTargetRecord;
  desiredCount: number | undefined;
  change: NewActivity | undefined;
  ended: ScalingActivityRecord | undefined;
  readonly activities: NewActivity[] = [];
  readonly fired: ScheduledActionRecord[] = [];
  #lookAgainAt = Number.POSITIVE_INFINITY;

  constructor(view: ScalingView) {
    this.view = view;
    this.target = view.target;
  }

  lookAt(time: number): void {
    this.#lookAgainAt = Math.min(this.#lookAgainAt, time);
  }

  set(change: Partial<ScalableTargetRecord>): void {
    this.target = { ...this.target, ...change };
  }

  drop(...names: readonly (keyof ScalableTargetRecord)[]): void {
    if (names.every((name) => this.target[name] === undefined)) return;
    const entries = Object.entries(this.target).filter(([name]) => !names.includes(name as keyof ScalableTargetRecord));
    this.target = Object.fromEntries(entries) as unknown as ScalableTargetRecord;
  }

  /** Sets the capacity; what was in progress is overridden by it. */
  scaleTo(capacity: number, cause: string): void {
    const { view } = this;
    const { minCapacity, maxCapacity } = this.target;
    if (view.inProgress !== undefined && this.ended === undefined) this.end("Overridden", capacity);
    this.desiredCount = capacity;
    this.change = {
      description: words.setting(capacity),
      cause,
      startedAt: view.now,
      statusCode: "InProgress",
      statusMessage: words.waiting(capacity),
      change: { from: view.service!.desiredCount, to: capacity, minCapacity, maxCapacity },
    };
    this.drop("told");
  }

  end(statusCode: ScalingActivityRecord["statusCode"], later?: number): void {
    const { inProgress, now } = this.view;
    const { to } = inProgress!.change!;
    const messages: Partial<Record<typeof statusCode, string>> = {
      Successful: words.fulfilled(to),
      Unfulfilled: words.unfulfilled(to),
      Failed: words.gone(to),
      Overridden: words.overridden(to, later ?? to),
    };
    this.ended = { ...inProgress!, statusCode, statusMessage: messages[statusCode]!, endedAt: now };
    this.drop("inProgress");
  }

  plan(): ScalingPlan {
    const lookAgainAt = this.#lookAgainAt;
    return {
      target: this.target,
      ...(this.desiredCount !== undefined && { desiredCount: this.desiredCount }),
      ...(this.change && { change: this.change }),
      activities: this.activities,
      ...(this.ended && { ended: this.ended }),
      fired: this.fired,
      ...(Number.isFinite(lookAgainAt) && { lookAgainAt }),
    };
  }
}

/** The cooldown of a scaling begins when the service has fulfilled it; one that it has not has none. */
function endActivity(draft: Draft): void {
  const { inProgress, service, now } = draft.view;
  if (inProgress?.change === undefined) return;
  const { to } = inProgress.change;
  const { lastScaleOut, lastScaleIn } = draft.target;
  if (service === undefined) draft.end("Failed");
  else if (service.desiredCount !== to) draft.end("Overridden", service.desiredCount);
  else if (service.isSteady) draft.end("Successful");
  else if (now >= inProgress.startedAt + fulfilMs) draft.end("Unfulfilled");
  else draft.lookAt(inProgress.startedAt + fulfilMs);
  if (draft.ended === undefined) return;
  const isDone = draft.ended.statusCode === "Successful";
  for (const [name, scaling] of Object.entries({ lastScaleOut, lastScaleIn })) {
    if (scaling === undefined || scaling.completedAt !== undefined) continue;
    if (isDone) draft.set({ [name]: { ...scaling, completedAt: now } });
    else draft.drop(name as "lastScaleOut" | "lastScaleIn");
  }
}

/** In the order of their times, so that after an outage the last one holds. */
function runSchedule(draft: Draft): void {
  const { scheduledActions, now } = draft.view;
  const due = scheduledActions.flatMap((action) => {
    const { due: time, nextAt, recount } = dueTimes(action, now);
    if (recount !== undefined) draft.fired.push({ ...action, ...recount });
    if (nextAt !== undefined) draft.lookAt(nextAt);
    return time === undefined ? [] : [{ action, time }];
  });
  for (const { action, time } of due.toSorted((a, b) => a.time - b.time)) {
    draft.fired.push({ ...action, firedAt: time });
    if (!draft.target.suspendedState.ScheduledScalingSuspended) setBounds(draft, action);
  }
}

function setBounds(draft: Draft, action: ScheduledActionRecord): void {
  const { minCapacity = draft.target.minCapacity, maxCapacity = draft.target.maxCapacity } = action;
  const isPossible = minCapacity <= maxCapacity;
  draft.activities.push({
    description: words.bounds(action),
    cause: words.scheduled(action.scheduledActionName),
    startedAt: draft.view.now,
    endedAt: draft.view.now,
    statusCode: isPossible ? "Successful" : "Failed",
    statusMessage: isPossible ? words.boundsSet(action) : words.boundsFailed(action, minCapacity, maxCapacity),
  });
  if (isPossible) draft.set({ minCapacity, maxCapacity, boundsSet: true });
}

/** Bounds hold at once, without a cooldown, whatever policies say. */
function clamp(draft: Draft): void {
  const { desiredCount } = draft.view.service!;
  const { minCapacity, maxCapacity } = draft.target;
  draft.drop("boundsSet");
  if (desiredCount < minCapacity) draft.scaleTo(minCapacity, words.minimum(minCapacity));
  else if (desiredCount > maxCapacity) draft.scaleTo(maxCapacity, words.maximum(maxCapacity));
  if (draft.desiredCount !== undefined) draft.drop("lastScaleOut", "lastScaleIn");
  // Policies are looked at once more then.
  draft.lookAt(draft.view.now);
}

/**
 * A request waits where no task is wanted. The cooldown of a scale-in begins then: alarms still tell of the time
 * before, and would take the task away again.
 */
function wake(draft: Draft): boolean {
  if (!draft.view.hasWaiting || draft.view.service!.desiredCount > 0) return false;
  draft.scaleTo(Math.max(1, draft.target.minCapacity), words.request);
  draft.drop("lastScaleOut");
  draft.set({ lastScaleIn: { cooldownSeconds: defaultCooldownSeconds } });
  return true;
}

function followPolicies(draft: Draft): void {
  const { policies, now } = draft.view;
  const alarms = policies.flatMap(({ invokedBy }) => invokedBy);
  for (const { nextMs } of alarms) draft.lookAt(Math.max(nextMs, now + 1000));
  forgetCooldowns(draft);
  const current = draft.view.service!.desiredCount;
  const capacity = { current, base: draft.target.lastScaleOut?.base ?? current };
  const fresh = freshPolicies(draft);
  const steps = fresh.flatMap((view) => (isStep(view) ? stepProposals(view, capacity) : []));
  const tracking = fresh.filter(isTracking);
  const outs = [
    ...steps.filter(({ direction }) => direction === "out"),
    ...tracking.flatMap((view) => trackingScaleOut(view, capacity) ?? []),
  ];
  const { proposals, notScaled } = trackingScaleIn(tracking, capacity);
  const ins = [...steps, ...proposals];
  if (outs.length > 0) scaleOut(draft, largest(outs), capacity);
  else if (ins.length > 0) scaleIn(draft, largest(ins));
  else if (notScaled) tell(draft, notScaled, notScaled.reason);
}

/** Policies with the alarms whose data is newer than what the last scaling rested on. */
function freshPolicies({ view, target: { scaledThrough = 0 } }: Draft): PolicyView[] {
  return view.policies.map(({ policy, invokedBy }) => ({
    policy,
    invokedBy: invokedBy.filter(({ endMs }) => endMs > scaledThrough),
  }));
}

function isStep(view: PolicyView): view is Parameters<typeof stepProposals>[0] {
  return view.policy.type === "StepScaling";
}

function isTracking(view: PolicyView): view is Parameters<typeof trackingScaleOut>[0] {
  return view.policy.type === "TargetTrackingScaling";
}

function largest(proposals: readonly Proposal[]): Proposal {
  return proposals.reduce((most, each) => (each.capacity > most.capacity ? each : most));
}

function forgetCooldowns(draft: Draft): void {
  for (const name of ["lastScaleOut", "lastScaleIn"] as const) {
    const scaling = draft.target[name];
    if (scaling?.completedAt === undefined) continue;
    if (draft.view.now >= scaling.completedAt + scaling.cooldownSeconds * 1000) draft.drop(name);
  }
}

/** Within the cooldown of another only to what is more than that one asked for; a scale-in's cooldown ends with it. */
function scaleOut(draft: Draft, asked: Proposal, now: Capacity): void {
  const { capacity: wanted, cooldownSeconds } = asked;
  const { maxCapacity, suspendedState } = draft.target;
  if (suspendedState.DynamicScalingOutSuspended || wanted <= now.current) return;
  const capacity = Math.min(wanted, maxCapacity);
  if (capacity <= now.current) {
    tell(draft, asked, { Code: "AlreadyAtMaxCapacity", MaxCapacity: maxCapacity });
    return;
  }
  draft.scaleTo(capacity, causeOf(asked));
  draft.drop("lastScaleIn");
  draft.set({ lastScaleOut: { base: now.base, cooldownSeconds }, scaledThrough: asked.alarm.endMs });
}

/** Not while a deployment goes on, nor while an earlier scaling does, nor in the cooldown of another scale-in. */
function scaleIn(draft: Draft, asked: Proposal): void {
  const { capacity: wanted, cooldownSeconds } = asked;
  const { minCapacity, suspendedState, lastScaleIn, inProgress } = draft.target;
  const { desiredCount: current, isDeploying } = draft.view.service!;
  if (suspendedState.DynamicScalingInSuspended || lastScaleIn !== undefined || inProgress !== undefined) return;
  const capacity = Math.max(wanted, minCapacity);
  if (capacity >= current) {
    tell(draft, asked, { Code: "AlreadyAtMinCapacity", MinCapacity: minCapacity });
  } else if (isDeploying) {
    tell(draft, asked, { Code: "TargetServicePutResourceAsUnscalable" });
  } else {
    draft.scaleTo(capacity, causeOf(asked));
    draft.drop("lastScaleOut");
    draft.set({ lastScaleIn: { cooldownSeconds }, scaledThrough: asked.alarm.endMs });
  }
}

/** An activity that was not scaled, once as long as alarm, policy and reason stay the same. */
function tell(draft: Draft, trigger: Trigger, reason: NotScaledReason): void {
  const told = JSON.stringify([trigger.policy.policyName, trigger.alarm.alarmName, reason]);
  if (draft.target.told === told) return;
  draft.set({ told });
  draft.activities.push({
    description: words.attempting,
    cause: causeOf(trigger),
    startedAt: draft.view.now,
    statusCode: "Failed",
    notScaledReasons: [reason],
  });
}

function causeOf({ policy, alarm }: Trigger): string {
  return words.alarm(alarm.alarmName, alarm.stateValue, policy.policyName);
}
