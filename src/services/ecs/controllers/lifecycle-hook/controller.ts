import { type Controller, type ControllerContext, watch } from "#kernel/controller.ts";
import { DriverError } from "#kernel/fault.ts";
import type { SendHttp } from "#kernel/http-sender.ts";
import { rerun } from "#kernel/rerun.ts";
import type { Key } from "#kernel/store.ts";
import {
  type LifecycleHookState,
  type ServiceDeploymentRecord,
  serviceDeploymentArn,
  serviceDeployments,
} from "../../model/service-deployment.ts";
import { afterAnswer, afterSilence, failed, payloadOf, planCalls, targetOf } from "./plan.ts";

/** A hook that needs longer answers IN_PROGRESS. */
const timeoutMs = 10_000;
const mostBodyBytes = 16 * 1024;

/**
 * Calls the hooks of deployments and writes down what they answer. A call whose answer had not been written down when
 * the process ended is made once more, with the same `executionId`.
 */
export function lifecycleHookController(send: SendHttp): Controller {
  return {
    name: "ecs.lifecycle-hook",
    watches: [watch(serviceDeployments, ({ key, value }) => (hasOpenHooks(value) ? [key] : []))],
    async reconcile(key, ctx) {
      const deployment = await ctx.store.get(key as Key<ServiceDeploymentRecord>);
      if (deployment.value === undefined) return;
      const { due, timedOut, nextAt } = planCalls(deployment.value, ctx.clock.now());
      const called = await Promise.all(due.map((hook) => call(deployment.value!, hook, send, ctx)));
      const ended = timedOut.map((hook) => ({ ...hook, status: "TIMED_OUT" as const }));
      if (called.length + ended.length > 0) await settle(deployment.key, [...called, ...ended], ctx);
      // What is due next after a call is noticed by this commit.
      else if (nextAt !== undefined) return { lookAgainAt: nextAt };
    },
  };
}

function hasOpenHooks({ hooks }: ServiceDeploymentRecord): boolean {
  return hooks.some(({ status }) => status === "IN_PROGRESS");
}

async function call(
  deployment: ServiceDeploymentRecord,
  hook: LifecycleHookState,
  send: SendHttp,
  { clock, log }: ControllerContext,
): Promise<LifecycleHookState> {
  const fields = { deployment: serviceDeploymentArn(deployment, deployment.id), hook: hook.hookId };
  const url = targetOf(deployment, hook);
  const body = JSON.stringify(payloadOf(deployment, hook));
  const headers = { "content-type": "application/json" };
  try {
    const answer = await send({ method: "POST", url, headers, body }, { timeoutMs, mostBodyBytes });
    const next = afterAnswer(hook, answer, clock.now());
    log.info("A lifecycle hook was called", { ...fields, answer: answer.status, status: next.status });
    return next;
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    const reason = `could not be called: ${error.message.replace(/\.$/, "")}`;
    log.warn("A lifecycle hook could not be called", { ...fields, reason });
    return error.retryable ? afterSilence(hook, reason, clock.now()) : failed(hook, reason);
  }
}

/** Its answers are not lost because the deployment has gone on meanwhile. */
async function settle(
  key: Key<ServiceDeploymentRecord>,
  changed: readonly LifecycleHookState[],
  { store, clock }: ControllerContext,
): Promise<void> {
  await rerun(async () => {
    const deployment = await store.get(key);
    if (deployment.value === undefined) return;
    const hooks = deployment.value.hooks.map((hook) => {
      const next = changed.find(({ hookId }) => hookId === hook.hookId);
      return next !== undefined && hook.status === "IN_PROGRESS" ? next : hook;
    });
    const value = { ...deployment.value, hooks, updatedAt: clock.now() };
    await store.commit({ unchanged: [deployment], put: [{ key, value }] });
  });
}
