import assert from "node:assert/strict";
import type { ServiceRecord, TaskRecord } from "#services/ecs/model.ts";
import type { Ledger } from "../ecs/ledger.ts";
import { occupying, type ServiceHistory, serves } from "./check-services.ts";

/** What a rolling deployment replaces, as it was when it began. */
export interface Replaced {
  /** How many tasks of completed deployments did their work. */
  readonly working: number;
  /** A task of the new deployment has been healthy: it may have taken the place of an old one. */
  hasWorked: boolean;
  /** Since when there are fewer old tasks than there were, and room for more. */
  since: number | undefined;
}

/** For so long a lost task may be missing: its end and its replacement are on their way through faults. */
const graceMs = 120_000;

export interface OldRevisionView {
  /** The tasks of the service. */
  readonly before: readonly TaskRecord[];
  readonly after: readonly TaskRecord[];
  readonly ledger: Ledger;
  readonly history: ServiceHistory;
  readonly now: number;
}

/**
 * A rolling deployment of a revision that never becomes healthy takes nothing away: what ends meanwhile of the tasks
 * before it is started again, as far as the floor demands, also when the deployment has failed.
 */
export function checkOldRevision(service: ServiceRecord, view: OldRevisionView): void {
  const { ledger, history, now } = view;
  const primary = service.deployments.find(({ status }) => status === "PRIMARY");
  if (service.status !== "ACTIVE" || service.schedulingStrategy === "DAEMON" || primary === undefined) return;
  const seen = history.replaced.get(primary.id) ?? begin(service, view);
  history.replaced.set(primary.id, seen);
  const own = view.before.filter((task) => task.service!.deploymentId === primary.id);
  seen.hasWorked ||= own.some((task) => serves(task, primary.id, { ledger, now }) || history.healthy.has(task.id));
  const { minimumHealthyPercent, maximumPercent } = service.deploymentConfiguration;
  const floor = Math.ceil((service.desiredCount * minimumHealthyPercent) / 100);
  const ceiling = Math.floor((service.desiredCount * maximumPercent) / 100);
  const kept = service.deployments.filter(
    ({ status, rolloutState }) => status === "ACTIVE" && rolloutState !== "FAILED",
  );
  const old = view.after.filter((task) => kept.some(({ id }) => id === task.service!.deploymentId));
  const there = old.filter(({ desiredStatus }) => desiredStatus === "RUNNING").length;
  const least = Math.min(seen.working, floor);
  const hasRoom = view.after.filter(({ lastStatus }) => occupying.includes(lastStatus)).length < ceiling;
  const isPaced = kept.some(({ backoff }) => backoff !== undefined);
  const isLost = !seen.hasWorked && there < least && hasRoom && !isPaced;
  seen.since = isLost ? (seen.since ?? now) : undefined;
  const late = now - (seen.since ?? now);
  assert.ok(late < graceMs, `${service.serviceArn} has ${there} of ${least} old tasks, and ${primary.id} never worked`);
}

function begin({ deployments }: ServiceRecord, { before, ledger, now }: OldRevisionView): Replaced {
  const completed = deployments.filter(
    ({ status, rolloutState }) => status === "ACTIVE" && rolloutState === "COMPLETED",
  );
  const old = before.filter((task) => completed.some(({ id }) => id === task.service!.deploymentId));
  const working = old.filter((task) => serves(task, "", { ledger, now })).length;
  return { working, hasWorked: false, since: undefined };
}
