import type { DeploymentRecord } from "../../model/service.ts";
import type { Draft } from "./draft.ts";
import { isAlive, type Member, serves } from "./health.ts";

/*
 * Deployments that are being replaced. Each has a desired count of its own in its record, which falls as tasks of the
 * new one take the places of its tasks, and for no other reason: what it loses meanwhile is started again, of its own
 * revision ("Amazon ECS improves Service Availability during Rolling deployments", November 2025).
 */

/** A deployment that is being replaced, and kept as whole as it is to be. */
export interface Source {
  readonly id: string;
  readonly desiredCount: number;
  /** Its starts have failed: the next one is not due yet. */
  readonly isPaced: boolean;
}

/** What becomes of it in a plan. */
export interface SourceMoves {
  readonly id: string;
  /** From now on. */
  readonly desiredCount: number;
  /** How many of its tasks are to be started. */
  readonly starts: number;
}

/**
 * Newest first, and last what was completed last: what is left of the one before it has no traffic. One that has
 * failed is not kept: its tasks go as soon as others do their work.
 */
export function sourcesOf({ service, view }: Draft, members: readonly Member[]): Source[] {
  const isCompleted = ({ revisionId }: DeploymentRecord) => Number(revisionId === service.completedRevisionId);
  const kept = service.deployments.filter(isKept).toSorted((one, other) => isCompleted(one) - isCompleted(other));
  return kept.map(({ id, desiredCount, backoff }) => ({
    id,
    // A record of before there was a count says nothing of what has been lost.
    desiredCount: desiredCount ?? members.filter((member) => member.deploymentId === id && isInPlace(member)).length,
    isPaced: (backoff?.retryAt ?? 0) > view.now,
  }));
}

/** It is there, and not to be replaced. */
export function isInPlace(member: Member): boolean {
  return isAlive(member) && !member.drains && member.condition !== "unhealthy";
}

/**
 * The desired counts when so many healthy tasks of the new deployment are there: together with them no fewer than the
 * floor. Places in which nothing works are given up first, then those of the newest: the last completed deployment is
 * what a rollback goes back to.
 */
export function takeOver(
  sources: readonly Source[],
  members: readonly Member[],
  { healthy, floor }: { readonly healthy: number; readonly floor: number },
): number[] {
  const wanted = sources.map(({ desiredCount }) => desiredCount);
  let spare = sum(wanted) - Math.max(0, floor - healthy);
  const giveUp = (index: number, most: number) => {
    const given = Math.max(0, Math.min(spare, most));
    wanted[index]! -= given;
    spare -= given;
  };
  for (const [i, { id, desiredCount }] of sources.entries()) {
    const working = members.filter((each) => each.deploymentId === id && !each.drains && serves(each)).length;
    giveUp(i, desiredCount - working);
  }
  for (const i of sources.keys()) giveUp(i, wanted[i]!);
  return wanted;
}

/**
 * Called before anything else is planned: a scale-out while a deployment goes on holds for both revisions, so that the
 * old one can bear more load even if the new one fails. A scale-in leaves none more than there are to be.
 */
export function scaleSources(draft: Draft): void {
  const { service, primary } = draft;
  const { desiredCount: before = service.desiredCount } = primary;
  if (primary.desiredCount !== service.desiredCount) {
    draft.changeDeployment(primary.id, { desiredCount: service.desiredCount });
  }
  const running = service.deployments.filter((each) => isKept(each) && (each.desiredCount ?? 0) > 0);
  const grows = running.find(({ rolloutState }) => rolloutState === "COMPLETED") ?? running[0];
  for (const { id, desiredCount = 0 } of running) {
    const more = id === grows?.id ? Math.max(0, service.desiredCount - before) : 0;
    const next = Math.min(desiredCount + more, service.desiredCount);
    if (next !== desiredCount) draft.changeDeployment(id, { desiredCount: next });
  }
}

/** When a deployment begins, what works of those before it is kept; of those that were not completed, nothing else. */
export function keepWhatWorks(draft: Draft, members: readonly Member[]): void {
  for (const { id, desiredCount = 0, rolloutState } of draft.service.deployments.filter(isKept)) {
    const working = members.filter((member) => member.deploymentId === id && serves(member)).length;
    const most = rolloutState === "COMPLETED" ? Math.max(desiredCount, working) : working;
    draft.changeDeployment(id, { desiredCount: Math.min(most, draft.service.desiredCount) });
  }
}

function isKept({ status, rolloutState }: DeploymentRecord): boolean {
  return status === "ACTIVE" && rolloutState !== "FAILED";
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => one + other, 0);
}
