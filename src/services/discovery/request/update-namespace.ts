import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { NamespaceRecord, OperationAction } from "../model.ts";
import { requireNamespace } from "./find.ts";
import { refuseWhileNamespaceBusy, sameRequest, submit } from "./submit.ts";

export interface UpdateRequest {
  readonly Id: string;
  readonly UpdaterRequestId?: string;
}

/** Changes a namespace of this type. */
export async function updateNamespace(
  ctx: RequestContext,
  { Id, UpdaterRequestId: requestId }: UpdateRequest,
  action: OperationAction,
  type: NamespaceRecord["type"],
  change: (namespace: NamespaceRecord) => NamespaceRecord,
) {
  const before = sameRequest(ctx, action, requestId).find(({ namespaceId }) => Id.endsWith(namespaceId));
  if (before !== undefined) return { OperationId: before.id };
  refuseWhileNamespaceBusy(ctx, Id);
  const namespace = requireNamespace(ctx, Id);
  if (namespace.value.type !== type) {
    const message = `The namespace ${Id} has the type ${namespace.value.type}, which ${action} isn't for.`;
    throw new Fault("InvalidInput", message);
  }
  const submitted = submit(ctx, { action, target: { namespaceId: namespace.value.id }, requestId });
  await ctx.store.commit({
    unchanged: [namespace],
    put: [submitted.put, { key: namespace.key, value: change(namespace.value) }],
  });
  return submitted.output;
}
