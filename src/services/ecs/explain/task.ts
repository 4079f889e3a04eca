import { stopReasons } from "../controllers/service/words.ts";
import { planTask } from "../controllers/task/plan.ts";
import type { TaskContainer, TaskRecord } from "../model/task.ts";
import { exitCodeWords } from "./exit-codes.ts";
import { duration, time } from "./time.ts";

/** What is known of a task beside its record. */
export interface TaskView {
  readonly now: number;
  readonly task: TaskRecord;
  /** What its placement waits for, by the scheduler's plan. */
  readonly placementWait?: string;
  /** It is registered in Cloud Map. */
  readonly isRegistered: boolean;
  /** Load balancers send to it, or still let it end what it has begun. */
  readonly isTarget?: boolean;
  readonly drains?: boolean;
  /** Of the agent of its host; undefined: the agent does not have it, or is not connected. */
  readonly progress?: TaskProgress;
}

export interface TaskProgress {
  /** `pulls the image of container app` */
  readonly doing: readonly string[];
  readonly waitingFor?: string;
}

/** A line of a task's story. Times in ISO 8601. */
export interface Told {
  readonly at?: string;
  readonly words: string;
}

export interface TaskExplanation {
  readonly taskArn: string;
  readonly lastStatus: string;
  readonly desiredStatus: string;
  /** What happened, in the order of its times. */
  readonly story: readonly Told[];
  readonly waitsFor: readonly string[];
  /** Why it stopped, or is being stopped: from the cause to the details. */
  readonly stopped: readonly string[];
}

/** Pure: by the record, and the plans of those who are to move it on. */
export function explainTask(view: TaskView): TaskExplanation {
  const { task } = view;
  return {
    taskArn: task.taskArn,
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    story: storyOf(task, view.now),
    waitsFor: waitsOf(view),
    stopped: task.desiredStatus === "STOPPED" ? whyStopped(task) : [],
  };
}

function storyOf(task: TaskRecord, now: number): Told[] {
  const { placement, pullStartedAt, pullStoppedAt, startedAt, executionStoppedAt, stoppingAt, stoppedAt } = task;
  const pulled = pullStartedAt === undefined ? "" : ` in ${duration(pullStoppedAt! - pullStartedAt)}`;
  const events: (readonly [number | undefined, string])[] = [
    [task.createdAt, `Made ${origin(task)}, of ${task.family}:${task.revision}.`],
    [placement?.at, `Placed on ${task.hostId} in ${task.availabilityZone}. ${placement?.why}`],
    [pullStartedAt, "The agent began to pull its images."],
    [pullStoppedAt, `All images were there${pulled}.`],
    [startedAt, "RUNNING: every container had started."],
    ...task.containers.flatMap((container) => healthEvents(container, now)),
    [executionStoppedAt, "The first essential container had ended."],
    [stoppingAt, "It began to stop."],
    [stoppedAt, "STOPPED: everything of it is gone from the host."],
  ];
  return events
    .flatMap(([at, words]) => (at === undefined ? [] : [{ at, words }]))
    .toSorted((one, other) => one.at - other.at)
    .map(({ at, words }) => ({ at: new Date(at).toISOString(), words }));
}

function origin({ service, startedBy, group }: TaskRecord): string {
  if (service !== undefined) return `by the service ${service.serviceName} for its deployment ${service.deploymentId}`;
  return `by RunTask in the group ${group}${startedBy === undefined ? "" : ` (startedBy ${startedBy})`}`;
}

function healthEvents({ name, healthStatus, healthStatusSince, healthOutput }: TaskContainer, now: number) {
  if (healthStatusSince === undefined || healthStatusSince > now) return [];
  const output = healthOutput === undefined ? "" : ` Its last check wrote: ${healthOutput}`;
  return [[healthStatusSince, `Container ${name} became ${healthStatus}.${output}`] as const];
}

function waitsOf(view: TaskView): string[] {
  const { task, now, progress, placementWait } = view;
  if (task.lastStatus === "STOPPED") return [];
  if (task.lastStatus === "PROVISIONING")
    return [`The scheduler waits for ${placementWait ?? "its turn to place it"}.`];
  const plan = planTask(task, now, view);
  const own = "waitingFor" in plan && task.lastStatus !== "RUNNING" ? [`It waits for ${plan.waitingFor}.`] : [];
  return [...own, ...agentWaits(view), ...(progress === undefined ? [] : healthWaits(task)), ...protection(task, now)];
}

function agentWaits({ task, progress }: TaskView): string[] {
  if (task.agent?.status === "STOPPED") return [];
  if (progress === undefined) return [`The agent of ${task.hostId} does not have it now, or is not connected.`];
  const doing = progress.doing.map((words) => `The agent ${words}.`);
  return [...doing, ...(progress.waitingFor === undefined ? [] : [`The agent: ${progress.waitingFor}.`])];
}

function healthWaits({ desiredStatus, containers }: TaskRecord): string[] {
  if (desiredStatus === "STOPPED") return [];
  return containers
    .filter((container) => container.lastStatus === "RUNNING" && container.hasHealthCheck)
    .filter(({ healthStatus }) => healthStatus !== "HEALTHY" && healthStatus !== "UNHEALTHY")
    .map(({ name }) => `Container ${name} has not passed its health check yet.`);
}

function protection({ service, desiredStatus }: TaskRecord, now: number): string[] {
  const until = service?.protectedUntil;
  if (until === undefined || until <= now || desiredStatus === "STOPPED") return [];
  return [`It is protected from scale-ins and deployments until ${time(until, now)}.`];
}

function whyStopped(task: TaskRecord): string[] {
  const reason = task.stoppedReason === undefined ? "" : ` stoppedReason: ${task.stoppedReason}.`;
  return [`${causeOf(task)}${reason.replace(/\.\.$/, ".")}`, ...task.containers.flatMap((each) => endOf(each, task))];
}

function causeOf(task: TaskRecord): string {
  switch (task.stopCode) {
    case "TaskFailedToStart":
      return "It failed before it was RUNNING.";
    case "EssentialContainerExited":
      return "An essential container ended, so the whole task did.";
    case "UserInitiated":
      return "Somebody called StopTask.";
    case "ServiceSchedulerInitiated":
      return schedulerCause(task);
    case "SpotInterruption":
      return "Its spot capacity was taken back.";
    case "TerminationNotice":
      return "Its capacity was taken away.";
    case undefined:
      return "It was stopped before it had begun.";
  }
}

function schedulerCause({ service, stoppedReason }: TaskRecord): string {
  const name = service?.serviceName;
  if (stoppedReason === stopReasons.containerHealth)
    return `The service ${name} replaced it: its health checks failed.`;
  const own = service?.deploymentId ?? "";
  if (stoppedReason === stopReasons.surplus(own)) {
    return `The service ${name} had more tasks than it wants: a scale-in, or zones that were balanced.`;
  }
  return `The service ${name} was rolling out another deployment than this task's (${own}), or was being deleted.`;
}

function endOf(container: TaskContainer, task: TaskRecord): string[] {
  const { name, exitCode, reason, essential, healthStatus, healthOutput } = container;
  const health =
    healthStatus === "UNHEALTHY" ? [`Container ${name} was UNHEALTHY.${said(healthOutput)}`] : ([] as string[]);
  if (exitCode === undefined) return [...health, ...(reason === undefined ? [] : [`Container ${name}: ${reason}`])];
  const stopped = task.stopCode !== "EssentialContainerExited" && task.stopCode !== "TaskFailedToStart";
  const words = exitCodeWords(exitCode, { ...(reason !== undefined && { reason }), stopped });
  const meaning = words ?? "a code of the program's own; its logs may tell more";
  const kind = essential ? "essential container" : "container";
  return [...health, `The ${kind} ${name} ended with exit code ${exitCode}: ${meaning}.${detail(reason)}`];
}

function said(output: string | undefined): string {
  return output === undefined ? "" : ` Its last check wrote: ${output}`;
}

function detail(reason: string | undefined): string {
  return reason === undefined ? "" : ` Its reason: ${reason}`;
}
