import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Put } from "#kernel/store.ts";
import {
  locate,
  type OperationAction,
  type OperationRecord,
  operationKey,
  operations,
  requestOf,
  targetOf,
} from "../model.ts";
import { newOperationId } from "./ids.ts";

/** What an operation is about. */
export type Target = Pick<OperationRecord, "namespaceId" | "serviceId" | "instanceId">;

export interface Submission {
  readonly action: OperationAction;
  readonly target: Target;
  /** `CreatorRequestId` or `UpdaterRequestId`. */
  readonly requestId?: string | undefined;
  readonly failure?: OperationRecord["failure"] | undefined;
}

/** The record of a new operation; controllers/namespace sees it through. */
export function submit(
  ctx: RequestContext,
  { action, target, requestId, failure }: Submission,
): { readonly put: Put; readonly output: { readonly OperationId: string } } {
  const { account, region } = ctx;
  const id = newOperationId(ctx.random);
  const now = ctx.clock.now();
  const value: OperationRecord = {
    ...{ account, region, id, action, status: "SUBMITTED" },
    ...target,
    ...(requestId !== undefined && { requestId }),
    ...(failure && { failure }),
    ...{ createDate: now, updateDate: now },
  };
  return { put: { key: operationKey(ctx, id), value }, output: { OperationId: id } };
}

/** The operations that a request with this id has led to, but for those that failed. */
export function sameRequest(
  ctx: RequestContext,
  action: OperationAction,
  requestId: string | undefined,
): readonly OperationRecord[] {
  const request = requestOf({ account: ctx.account, region: ctx.region, action, ...(requestId && { requestId }) });
  if (request === undefined) return [];
  return ctx.store
    .view(operations)
    .by("request", request)
    .map(({ value }) => value);
}

/** One operation on a resource must be done before the next one is accepted. */
export function refuseWhileBusy(ctx: RequestContext, target: Target): void {
  const { account, region } = ctx;
  const busy = ctx.store.view(operations).by("target", targetOf({ account, region, ...target }))[0]?.value;
  if (busy === undefined) return;
  const message = `Another operation of type ${busy.action} and id ${busy.id} is in progress`;
  throw new Fault("DuplicateRequest", message, { members: { DuplicateOperationId: busy.id } });
}

/** The same for a namespace that is named by its id or ARN, though it may be gone already. */
export function refuseWhileNamespaceBusy(ctx: RequestContext, idOrArn: string): void {
  const place = locate(ctx, "namespace", idOrArn);
  if (place !== undefined) refuseWhileBusy({ ...ctx, ...place }, { namespaceId: place.id });
}
