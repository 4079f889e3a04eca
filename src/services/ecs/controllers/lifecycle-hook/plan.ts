import { createHash } from "node:crypto";
import type { HttpAnswer } from "#kernel/http-sender.ts";
import { isObject } from "#kernel/json-object.ts";
import { serviceArn, serviceRevisionArn } from "../../model/service.ts";
import {
  type LifecycleHookState,
  type ServiceDeploymentRecord,
  serviceDeploymentArn,
} from "../../model/service-deployment.ts";
import { hookUrl } from "../../services/lifecycle-hook.ts";

/** Hooks that are called: when, with what, and what comes of it. Times are milliseconds since the epoch. */

/** Between calls while the hook says IN_PROGRESS, unless it says how long ("hookStatus values"). */
const callBackSeconds = 30;
const mostCallBackSeconds = 86_400;
/** Between calls that are not answered: a second, doubled each time up to a minute. */
const firstDelayMs = 1000;
const mostDelayMs = 60_000;
/** A hook that has not answered for so long has failed, like a Lambda function that cannot be run. */
const mostSilenceMs = 15 * 60_000;

export interface HookPlan {
  /** The runs whose hooks are to be called now. */
  readonly due: readonly LifecycleHookState[];
  /** Runs of a rollback whose time is up. Those of the deployment itself are its planner's. */
  readonly timedOut: readonly LifecycleHookState[];
  /** When the next call, or the end of a run, is due. */
  readonly nextAt?: number;
}

export function planCalls(deployment: ServiceDeploymentRecord, now: number): HookPlan {
  const { hooks, deploymentConfiguration, status } = deployment;
  const called = hooks.filter(
    (hook) =>
      hook.status === "IN_PROGRESS" &&
      deploymentConfiguration.lifecycleHooks[hook.index]?.targetType === "AWS_LAMBDA" &&
      (hook.rollback || status === "IN_PROGRESS"),
  );
  const timedOut = called.filter((hook) => hook.rollback && now >= hook.expiresAt);
  const open = called.filter((hook) => now < hook.expiresAt);
  const due = open.filter(({ callAt = 0 }) => now >= callAt);
  const later = open.flatMap((hook) => [hook.callAt ?? 0, ...(hook.rollback ? [hook.expiresAt] : [])]);
  const times = later.filter((time) => time > now);
  return { due, timedOut, ...(times.length > 0 && { nextAt: Math.min(...times) }) };
}

/** The URL of a run. */
export function targetOf({ deploymentConfiguration }: ServiceDeploymentRecord, hook: LifecycleHookState): string {
  return hookUrl(deploymentConfiguration.lifecycleHooks[hook.index]!.hookTargetArn!);
}

/** What the hook is sent, as a Lambda function would be ("Lifecycle payloads"). */
export function payloadOf(deployment: ServiceDeploymentRecord, hook: LifecycleHookState): object {
  const { hookDetails } = deployment.deploymentConfiguration.lifecycleHooks[hook.index]!;
  const details = merged(hookDetails, hook.hookDetails);
  const weights = weightsOf(deployment, hook);
  const isTest = hook.stage === "TEST_TRAFFIC_SHIFT";
  return {
    executionId: executionId(deployment, hook),
    lifecycleStage: hook.stage,
    resourceArn: serviceDeploymentArn(deployment, deployment.id),
    executionDetails: {
      serviceArn: serviceArn(deployment),
      targetServiceRevisionArn: serviceRevisionArn(deployment, deployment.targetRevision.revisionId),
      testTrafficWeights: isTest ? weights : {},
      productionTrafficWeights: isTest ? {} : weights,
    },
    ...(details !== undefined && { hookDetails: details }),
  };
}

/** Revision -> percent of the traffic; nothing at stages that shift none. */
function weightsOf(deployment: ServiceDeploymentRecord, { weight }: LifecycleHookState): Record<string, number> {
  if (weight === undefined) return {};
  const { targetRevision, sourceRevisions } = deployment;
  // Revisions without a weight are left of a deployment that was cut short.
  const sources = sourceRevisions.filter(({ productionTrafficWeight }) => productionTrafficWeight !== undefined);
  const rest = Math.round((100 - weight) * 10) / 10;
  return {
    [serviceRevisionArn(deployment, targetRevision.revisionId)]: weight,
    ...Object.fromEntries(sources.map(({ revisionId }) => [serviceRevisionArn(deployment, revisionId), rest])),
  };
}

/** A UUID that follows from the run: a call that is made once more has the same, so that it can be known by it. */
function executionId(deployment: ServiceDeploymentRecord, { hookId }: LifecycleHookState): string {
  const name = `${serviceDeploymentArn(deployment, deployment.id)} ${hookId}`;
  const hex = createHash("sha256").update(name).digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`];
  return [...parts, hex.slice(20, 32)].join("-");
}

/** Objects are merged, the later one counts more; anything else replaces what was there. */
function merged(before: unknown, after: unknown): unknown {
  if (after === undefined) return before;
  return isObject(before) && isObject(after) ? { ...before, ...after } : after;
}

/** What an answer makes of a run. */
export function afterAnswer(hook: LifecycleHookState, answer: HttpAnswer, now: number): LifecycleHookState {
  const { status, body = "" } = answer;
  if (status === 408 || status === 429 || status >= 500) return afterSilence(hook, `answered ${status}`, now);
  if (status < 200 || status >= 300) return failed(hook, `answered ${status}`);
  const said = readAnswer(body);
  if (said === undefined) return failed(hook, "answered without a valid hookStatus");
  const { unanswered: _, ...answered } = hook;
  if (said.hookStatus === "FAILED") return failed(answered, "returned FAILED status");
  if (said.hookStatus === "SUCCEEDED") return { ...answered, status: "SUCCEEDED" };
  const hookDetails = merged(hook.hookDetails, said.hookDetails);
  return {
    ...answered,
    callAt: now + said.callBackDelay * 1000,
    ...(hookDetails !== undefined && { hookDetails }),
  };
}

/** No answer, or one that says to try again: later, unless it has been so for too long. */
export function afterSilence(hook: LifecycleHookState, reason: string, now: number): LifecycleHookState {
  const { count, since } = hook.unanswered ?? { count: 0, since: now };
  if (now - since >= mostSilenceMs) return failed(hook, `${reason}, and was tried ${count + 1} times`);
  const callAt = now + Math.min(mostDelayMs, firstDelayMs * 2 ** count);
  return { ...hook, callAt, unanswered: { count: count + 1, since } };
}

export function failed(hook: LifecycleHookState, reason: string): LifecycleHookState {
  return { ...hook, status: "FAILED", reason };
}

interface HookAnswer {
  readonly hookStatus: "SUCCEEDED" | "FAILED" | "IN_PROGRESS";
  readonly callBackDelay: number;
  readonly hookDetails?: unknown;
}

function readAnswer(body: string): HookAnswer | undefined {
  const value = parsed(body);
  if (!isObject(value)) return undefined;
  const { hookStatus, callBackDelay = callBackSeconds, hookDetails } = value;
  if (hookStatus !== "SUCCEEDED" && hookStatus !== "FAILED" && hookStatus !== "IN_PROGRESS") return undefined;
  if (typeof callBackDelay !== "number" || callBackDelay < 0 || callBackDelay > mostCallBackSeconds) return undefined;
  // A hook that wants to be called at once, again and again, is not.
  return { hookStatus, callBackDelay: Math.max(1, callBackDelay), hookDetails };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // What is no JSON has no hookStatus.
    return undefined;
  }
}
