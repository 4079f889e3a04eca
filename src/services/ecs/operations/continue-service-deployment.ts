import { requireServiceDeployment } from "../services/deployment-lookup.ts";
import type { EcsHandler } from "./handler.ts";

/** Lets a deployment that a hook has paused go on, or rolls it back. */
export const ContinueServiceDeployment: EcsHandler<"ContinueServiceDeployment"> = async (input, ctx) => {
  const deployment = await requireServiceDeployment(ctx, input.serviceDeploymentArn);
  const hook = deployment.value.hooks.find(({ hookId }) => hookId === input.hookId);
  if (hook === undefined) throw ctx.fault("InvalidParameterException", `There is no lifecycle hook ${input.hookId}.`);
  if (hook.status !== "AWAITING_ACTION") {
    throw ctx.fault(
      "InvalidParameterException",
      `The lifecycle hook ${input.hookId} does not await an action: its status is ${hook.status}.`,
    );
  }
  const outcome =
    input.action === "ROLLBACK"
      ? ({ status: "FAILED", reason: "was told by ContinueServiceDeployment to roll back" } as const)
      : ({ status: "SUCCEEDED" } as const);
  const hooks = deployment.value.hooks.map((each) => (each === hook ? { ...each, ...outcome } : each));
  const value = { ...deployment.value, hooks, updatedAt: ctx.clock.now() };
  await ctx.store.commit({ unchanged: [deployment], put: [{ key: deployment.key, value }] });
  return { serviceDeploymentArn: input.serviceDeploymentArn };
};
