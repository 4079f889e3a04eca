import assert from "node:assert/strict";
import type { DeploymentConfiguration, ServiceDeployment } from "#generated/ecs/types.ts";
import { operations } from "#services/ecs/operations/index.ts";
import { describe1, ready, tasksTo } from "./ecs-services.ts";

/** A service that has been completed once, and then is given a new revision with this configuration. */
export async function deploying(deploymentConfiguration: DeploymentConfiguration) {
  const service = await ready();
  const { create, update, world, schedule } = service;
  await create({ deploymentConfiguration });
  await schedule();
  await tasksTo(world, "RUNNING");
  for (let i = 0; i < 4; i++) {
    await world.clock.advance(40_000);
    await schedule();
  }
  assert.equal((await describe1(world)).deployments![0]!.rolloutState, "COMPLETED");
  await update({ taskDefinition: "hello:2" });

  const history = async (): Promise<ServiceDeployment> => {
    const list = await world.call(operations, "ListServiceDeployments", { cluster: "web", service: "app" });
    const serviceDeploymentArns = [list.serviceDeployments![0]!.serviceDeploymentArn!];
    return (await world.call(operations, "DescribeServiceDeployments", { serviceDeploymentArns }))
      .serviceDeployments![0]!;
  };
  /** Plans until nothing changes, and says through which stages and weights the deployment has gone. */
  const settle = async (meanwhile?: () => Promise<unknown>): Promise<string[]> => {
    const seen: string[] = [];
    for (let i = 0; i < 30; i++) {
      await schedule();
      await meanwhile?.();
      const { lifecycleStage, status, targetServiceRevision: target } = await history();
      const weights = [target!.requestedTestTrafficWeight ?? 0, target!.requestedProductionTrafficWeight ?? 0];
      const now = status === "IN_PROGRESS" ? `${lifecycleStage} ${weights.join("/")}` : status!;
      if (seen.at(-1) !== now) seen.push(now);
    }
    return seen;
  };
  /** Lets tasks start, run for their 40 seconds, and stop. */
  const work = async () => {
    await tasksTo(world, "RUNNING");
    await world.clock.advance(40_000);
  };
  return { ...service, history, settle, work };
}
