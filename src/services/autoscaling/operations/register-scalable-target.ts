import type { RegisterScalableTargetRequest } from "#generated/application-autoscaling/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { hex, uuid } from "#kernel/random.ts";
import { worldOf } from "#kernel/world.ts";
import { type ServiceName, serviceKey } from "#services/ecs/model.ts";
import { type ScalableTargetRecord, scalableTargets, targetArn, targetKey } from "../model.ts";
import type { AutoScalingHandler } from "../request/handler.ts";
import { withTags } from "../request/tags.ts";
import { invalid, serviceNamed } from "../request/target.ts";

/** AWS: for each resource type. */
const mostTargets = 500;

/**
 * Registers a service of Amazon ECS, or changes its bounds; the controller brings its capacity between them at once.
 * As with AWS, what is not given stays, and `RoleARN` is not looked at: the service has a role of its own.
 */
export const RegisterScalableTarget: AutoScalingHandler<"RegisterScalableTarget"> = async (input, ctx) => {
  const name = requireService(ctx, input);
  const [service, before] = [await ctx.store.get(serviceKey(name)), await ctx.store.get(targetKey(name))];
  if (service.value === undefined || service.value.status === "INACTIVE") {
    throw invalid(ctx, `ECS service doesn't exist: ${input.ResourceId}`);
  }
  if (service.value.schedulingStrategy === "DAEMON") {
    throw invalid(ctx, `A service with the DAEMON scheduling strategy cannot be scaled: ${input.ResourceId}`);
  }
  const target = before.value ?? newTarget(ctx, name);
  const { MinCapacity: min = before.value?.minCapacity, MaxCapacity: max = before.value?.maxCapacity } = input;
  const { minCapacity, maxCapacity } = checkBounds(ctx, min, max);
  const value: ScalableTargetRecord = {
    ...target,
    ...{ minCapacity, maxCapacity, boundsSet: true },
    suspendedState: { ...target.suspendedState, ...input.SuspendedState },
    tags: withTags(ctx, targetArn(target), target.tags, input.Tags ?? {}),
  };
  await ctx.store.commit({ unchanged: [service, before], put: [{ key: before.key, value }] });
  return { ScalableTargetARN: targetArn(value) };
};

function requireService(ctx: RequestContext, input: RegisterScalableTargetRequest): ServiceName {
  const name = serviceNamed(ctx, input);
  if (name !== undefined) return name;
  const only = "This platform scales ecs:service:DesiredCount of service/CLUSTER/SERVICE in the namespace ecs.";
  throw invalid(ctx, `Unsupported service namespace, resource type or scalable dimension. ${only}`);
}

function newTarget(ctx: RequestContext, name: ServiceName): ScalableTargetRecord {
  if (ctx.store.view(scalableTargets).count("world", worldOf(ctx)) >= mostTargets) {
    throw ctx.fault("LimitExceededException", `An account has at most ${mostTargets} scalable targets of Amazon ECS.`);
  }
  const none = {
    DynamicScalingInSuspended: false,
    DynamicScalingOutSuspended: false,
    ScheduledScalingSuspended: false,
  };
  return {
    ...name,
    ...{ id: hex(ctx.random, 36), uuid: uuid(ctx.random), minCapacity: 0, maxCapacity: 0 },
    ...{ suspendedState: none, tags: {}, createdAt: ctx.clock.now() },
  };
}

function checkBounds(ctx: RequestContext, minCapacity: number | undefined, maxCapacity: number | undefined) {
  if (minCapacity === undefined || maxCapacity === undefined) {
    throw invalid(ctx, "MinCapacity and MaxCapacity are required to register a new scalable target.");
  }
  if (minCapacity < 0) throw invalid(ctx, "Minimum capacity cannot be less than 0");
  if (maxCapacity < minCapacity) throw invalid(ctx, "Maximum capacity cannot be less than minimum capacity");
  return { minCapacity, maxCapacity };
}
