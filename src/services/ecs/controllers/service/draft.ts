import type { Entry } from "#kernel/store.ts";
import { type DeploymentRecord, primaryOf, type Rollout, type ServiceRecord } from "../../model/service.ts";
import { isFinished, type RevisionCounts, type ServiceDeploymentRecord } from "../../model/service-deployment.ts";
import type { TaskRecord } from "../../model/task.ts";
import type { TaskSetRecord } from "../../model/task-set.ts";
import { isPending, isRunning, requestedCount } from "../../services/output-parts.ts";
import type { ServiceView, TaskStart, TaskStop } from "./view.ts";
import type { ServiceWait } from "./waits.ts";
import { serviceWords } from "./words.ts";

/** A plan in the making: the steps of `planService` write into it one after the other. It lives for one call. */
export class Draft {
  readonly view: ServiceView;
  service: ServiceRecord;
  readonly start: TaskStart[] = [];
  readonly stop: TaskStop[] = [];
  /** Tasks whose end is taken into account now. */
  readonly accounted: Entry<TaskRecord>[] = [];
  readonly unhealthy: Entry<TaskRecord>[] = [];
  readonly events: string[] = [];
  /** What would be done and is not yet, for `explain`. */
  readonly waits: ServiceWait[] = [];
  /** Tasks are missing, and may be started only after a pause. */
  waitsForRetry = false;
  /** Times at which something is due though nothing changes. */
  readonly looks: number[] = [];
  /** Deleted task sets of which no task is left. */
  readonly goneTaskSets: TaskSetRecord[] = [];
  readonly #serviceDeployments = new Map<string, ServiceDeploymentRecord>();
  readonly #taskSets = new Map<string, TaskSetRecord>();

  constructor(view: ServiceView) {
    this.view = view;
    this.service = view.service;
  }

  /** As far as this plan has come. */
  get taskSets(): readonly TaskSetRecord[] {
    return this.view.taskSets.map((taskSet) => this.#taskSets.get(taskSet.id) ?? taskSet);
  }

  get primary(): DeploymentRecord {
    return primaryOf(this.service)!;
  }

  change(fields: Partial<ServiceRecord>): void {
    this.service = { ...this.service, ...fields };
  }

  /** Changes one deployment of the service; `updatedAt` follows. */
  changeDeployment(id: string, fields: Partial<DeploymentRecord>): void {
    const deployment = this.service.deployments.find((each) => each.id === id);
    if (deployment !== undefined) this.replaceDeployment({ ...deployment, ...fields });
  }

  /** As `changeDeployment`: fields that it lacks are taken away. */
  replaceDeployment(deployment: DeploymentRecord): void {
    const next = { ...deployment, updatedAt: this.view.now };
    this.change({ deployments: this.service.deployments.map((each) => (each.id === next.id ? next : each)) });
  }

  replaceTaskSet(taskSet: TaskSetRecord): void {
    this.#taskSets.set(taskSet.id, { ...taskSet, updatedAt: this.view.now });
  }

  /** Changes the deployment or the task set of this id. */
  changeRollout(id: string, fields: Partial<Rollout>): void {
    const taskSet = this.taskSets.find((each) => each.id === id);
    if (taskSet === undefined) this.changeDeployment(id, fields);
    else this.replaceTaskSet({ ...taskSet, ...fields });
  }

  tell(message: (words: ReturnType<typeof serviceWords>) => string): void {
    this.events.push(message(serviceWords(this.service.serviceName)));
  }

  /** The record of a deployment's history, as far as this plan has come. */
  serviceDeployment(id: string): ServiceDeploymentRecord | undefined {
    return this.#serviceDeployments.get(id) ?? this.view.serviceDeployments.get(id);
  }

  changeServiceDeployment(deployment: ServiceDeploymentRecord, fields: Partial<ServiceDeploymentRecord>): void {
    this.#serviceDeployments.set(deployment.id, { ...deployment, ...fields, updatedAt: this.view.now });
  }

  /** Ends a deployment's history, with its tasks as they are now; one that has ended stays as it is. */
  endServiceDeployment(
    deployment: ServiceDeploymentRecord,
    status: "STOPPED" | "SUCCESSFUL" | "ROLLBACK_SUCCESSFUL" | "ROLLBACK_FAILED",
    statusReason?: string,
  ): void {
    if (isFinished(deployment)) return;
    const { now } = this.view;
    const time = status === "STOPPED" ? { stoppedAt: now } : {};
    this.changeServiceDeployment(deployment, {
      status,
      ...time,
      targetRevision: this.#count(deployment.targetRevision),
      sourceRevisions: deployment.sourceRevisions.map((counts) => this.#count(counts)),
      finishedAt: now,
      ...(statusReason !== undefined && { statusReason }),
    });
  }

  #count(counts: RevisionCounts): RevisionCounts {
    const all = this.view.tasks.map(({ value }) => value);
    const own = all.filter(
      (task) => task.service!.revisionId === counts.revisionId && task.desiredStatus === "RUNNING",
    );
    const deployment = this.service.deployments.find(({ revisionId }) => revisionId === counts.revisionId);
    return {
      ...counts,
      requestedTaskCount: deployment === undefined ? 0 : requestedCount(this.service, deployment, all),
      runningTaskCount: own.filter(isRunning).length,
      pendingTaskCount: own.filter(isPending).length,
    };
  }

  changedServiceDeployments(): ServiceDeploymentRecord[] {
    return [...this.#serviceDeployments.values()];
  }

  changedTaskSets(): TaskSetRecord[] {
    return [...this.#taskSets.values()].filter(({ id }) => !this.goneTaskSets.some((gone) => gone.id === id));
  }
}
