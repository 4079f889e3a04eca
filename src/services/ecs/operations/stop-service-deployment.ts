import { isCleaningUp, isFinished } from "../model/service-deployment.ts";
import { requireServiceDeployment } from "../services/deployment-lookup.ts";
import type { EcsHandler } from "./handler.ts";

/**
 * Asks for the end of a deployment: by default it is rolled back to the last completed one. One that stops or rolls
 * back already goes on with that ("Stopping Amazon ECS service deployments").
 */
export const StopServiceDeployment: EcsHandler<"StopServiceDeployment"> = async (input, ctx) => {
  const deployment = await requireServiceDeployment(ctx, input.serviceDeploymentArn);
  const { status } = deployment.value;
  if (isFinished(deployment.value)) {
    throw ctx.fault("ConflictException", `The service deployment cannot be stopped because its status is ${status}.`);
  }
  const { serviceDeploymentArn } = input;
  if (status !== "PENDING" && status !== "IN_PROGRESS") return { serviceDeploymentArn };
  if (isCleaningUp(deployment.value)) {
    throw ctx.fault(
      "ConflictException",
      "The service deployment cannot be stopped because it has shifted all traffic and stops the tasks of the old " +
        "revision. Deploy the revision that you want with UpdateService.",
    );
  }
  const wanted = input.stopType === "ABORT" ? "STOP_REQUESTED" : "ROLLBACK_REQUESTED";
  const value = { ...deployment.value, status: wanted, updatedAt: ctx.clock.now() } as const;
  await ctx.store.commit({ unchanged: [deployment], put: [{ key: deployment.key, value }] });
  return { serviceDeploymentArn };
};
