import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import type { ServiceName } from "#services/ecs/model.ts";
import { type ScalableTargetRecord, scalableDimension, serviceNamespace, serviceOf, targetKey } from "../model.ts";

/** What every request names its target by. */
export interface TargetInput {
  readonly ServiceNamespace: string;
  readonly ResourceId: string;
  readonly ScalableDimension: string;
}

export function invalid(ctx: RequestContext, message: string): Error {
  return ctx.fault("ValidationException", message);
}

/** Whether what can be registered here is meant at all. */
export function isSupported({ ServiceNamespace, ScalableDimension }: Partial<TargetInput>): boolean {
  return ServiceNamespace === serviceNamespace && (ScalableDimension ?? scalableDimension) === scalableDimension;
}

/** The service that a request names; undefined when it can be none here. */
export function serviceNamed(ctx: RequestContext, input: TargetInput): ServiceName | undefined {
  return isSupported(input) ? serviceOf(ctx, input.ResourceId) : undefined;
}

/** `ObjectNotFoundException` when it is not registered. */
export async function requireTarget(ctx: RequestContext, input: TargetInput): Promise<Entry<ScalableTargetRecord>> {
  const service = serviceNamed(ctx, input);
  const target = service && (await ctx.store.get(targetKey(service)));
  if (target?.value !== undefined) return target;
  throw ctx.fault("ObjectNotFoundException", `No scalable target registered for ${words(input)}`);
}

/** How faults name a target. */
export function words({ ServiceNamespace, ResourceId, ScalableDimension }: TargetInput): string {
  return (
    `service namespace: ${ServiceNamespace}, resource ID: ${ResourceId}, ` + `scalable dimension: ${ScalableDimension}`
  );
}
