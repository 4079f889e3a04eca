import assert from "node:assert/strict";
import type { ChangeBatch } from "#kernel/store.ts";
import type { ServiceRecord, TaskRecord } from "#services/ecs/model.ts";
import type { Ledger } from "../ecs/ledger.ts";
import type { ServiceHistory } from "../services/check-services.ts";

/** For so long a deployment may go on that is to be failed: its record may be on its way. */
const graceMs = 30_000;
const blameless = ["ServiceSchedulerInitiated", "UserInitiated", "SpotInterruption", "TerminationNotice"];

/** What has been seen of one deployment. */
interface Seen {
  /** Ids of tasks that failed: never started, or stopped for their health. */
  readonly failures: Set<string>;
  /** Of tasks that ended by themselves: whether their checks had passed is known to those who looked at that moment. */
  readonly doubtful: Set<string>;
  /** A task of it has been healthy: failures may have been forgiven. */
  forgiven: boolean;
  /** Since when as many have failed as fail a deployment. */
  since: number | undefined;
}

/**
 * The circuit breaker, counted once more: no deployment is failed with fewer failures than its threshold, and none that
 * was never healthy goes on with more.
 */
export class BreakerCheck {
  readonly #seen = new Map<string, Seen>();

  /** Called before the ledger takes the commit over. */
  check(batch: ChangeBatch<unknown>, ledger: Ledger, history: ServiceHistory, now: number): void {
    for (const id of history.healthy) this.#of(ledger.task(id)!.service!.deploymentId).forgiven = true;
    const services: ServiceRecord[] = [];
    for (const change of batch.changes) {
      if (change.type === "remove") continue;
      const { key, value } = change.entry;
      if (key.startsWith("ecs/task/")) this.#note(value as TaskRecord);
      if (key.startsWith("ecs/service/")) services.push(value as ServiceRecord);
    }
    for (const service of services) this.#judge(service, ledger, now);
  }

  #of(deploymentId: string): Seen {
    const seen = this.#seen.get(deploymentId) ?? {
      failures: new Set(),
      doubtful: new Set(),
      forgiven: false,
      since: undefined,
    };
    this.#seen.set(deploymentId, seen);
    return seen;
  }

  #note(task: TaskRecord): void {
    if (task.service === undefined) return;
    const seen = this.#of(task.service.deploymentId);
    if (task.desiredStatus !== "STOPPED") return;
    if (/^Task failed (ELB|container) health checks/.test(task.stoppedReason ?? "")) seen.failures.add(task.id);
    else if (task.startedAt === undefined && !blameless.includes(task.stopCode!)) seen.failures.add(task.id);
    else if (task.stopCode === "EssentialContainerExited") seen.doubtful.add(task.id);
  }

  #judge(service: ServiceRecord, ledger: Ledger, now: number): void {
    const { deploymentConfiguration, desiredCount, deployments, serviceArn } = service;
    const breaker = deploymentConfiguration.deploymentCircuitBreaker;
    const threshold = Math.min(200, Math.max(3, Math.ceil(desiredCount / 2)));
    for (const { id, status, rolloutState, rolloutStateReason } of deployments) {
      const seen = this.#of(id);
      const before = [...ledger.services.values()].flatMap((each) => each.deployments).find((each) => each.id === id);
      if (
        rolloutState === "FAILED" &&
        before?.rolloutState === "IN_PROGRESS" &&
        /circuit breaker/.test(rolloutStateReason)
      ) {
        const most = new Set([...seen.failures, ...seen.doubtful]).size;
        assert.ok(most >= threshold, `${serviceArn} was failed after ${most} of ${threshold}`);
      }
      const isDue =
        breaker?.enable &&
        status === "PRIMARY" &&
        rolloutState === "IN_PROGRESS" &&
        !seen.forgiven &&
        isWatched(service, ledger);
      if (!isDue || seen.failures.size < threshold) seen.since = undefined;
      else seen.since ??= now;
      const late = now - (seen.since ?? now);
      assert.ok(
        late < graceMs,
        `${serviceArn} goes on with ${seen.failures.size} failures, the threshold is ${threshold}`,
      );
    }
  }
}

/** A rollback is not. */
function isWatched(service: ServiceRecord, ledger: Ledger): boolean {
  const primary = service.deployments.find(({ status }) => status === "PRIMARY");
  const history = [...ledger.serviceDeployments.values()].find(({ id }) => id === primary?.serviceDeploymentId);
  return history?.status === "IN_PROGRESS";
}
