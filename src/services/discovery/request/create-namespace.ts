import type { Tag } from "#generated/servicediscovery/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { uuid } from "#kernel/random.ts";
import type { Entry, Read } from "#kernel/store.ts";
import {
  type NameRecord,
  type NamespaceRecord,
  namespaceKey,
  namespaces,
  type OperationAction,
  type OperationRecord,
} from "../model.ts";
import { newNamespaceId } from "./ids.ts";
import { refuseWhileBusy, sameRequest, submit } from "./submit.ts";
import { withTags } from "./tags.ts";

export interface CreateRequest {
  readonly Name: string;
  readonly CreatorRequestId?: string;
  readonly Description?: string;
  readonly Tags?: readonly Tag[];
}

/** What an operation has found out about the namespace that is to be. */
export interface Wanted extends Pick<NamespaceRecord, "type" | "httpName" | "dns"> {
  readonly action: OperationAction;
  /** The names that the namespace takes. */
  readonly names: readonly Read<NameRecord>[];
  readonly unchanged?: readonly Read<unknown>[];
  /** Why it cannot be made: then only the operation is, and fails. */
  readonly failure?: OperationRecord["failure"];
}

/** What the same request made before, if the namespace is still there. */
export function madeBefore(ctx: RequestContext, action: OperationAction, input: CreateRequest) {
  const made = sameRequest(ctx, action, input.CreatorRequestId);
  const same = made.find(({ namespaceId }) => namespaceWith(ctx, namespaceId)?.value.name === input.Name);
  return same && { OperationId: same.id };
}

/** Refuses to make a namespace under a name that another one has. */
export function refuseTaken(ctx: RequestContext, name: Entry<NameRecord>): never {
  const { id } = name.value;
  refuseWhileBusy(ctx, { namespaceId: id });
  const existing = namespaceWith(ctx, id)?.value;
  const members = { CreatorRequestId: existing?.creatorRequestId, NamespaceId: id };
  throw new Fault("NamespaceAlreadyExists", "The namespace that you're trying to create already exists.", { members });
}

function namespaceWith(ctx: RequestContext, id: string): Entry<NamespaceRecord> | undefined {
  return ctx.store.view(namespaces).get(namespaceKey(ctx, id));
}

export async function createNamespace(ctx: RequestContext, input: CreateRequest, wanted: Wanted) {
  const { account, region } = ctx;
  const { action, failure, names, unchanged = [] } = wanted;
  const namespace: NamespaceRecord = {
    ...{ account, region, id: newNamespaceId(ctx.random), name: input.Name },
    ...{ type: wanted.type, httpName: wanted.httpName, ...(wanted.dns && { dns: wanted.dns }) },
    ...(input.Description !== undefined && { description: input.Description }),
    creatorRequestId: input.CreatorRequestId ?? uuid(ctx.random),
    createDate: ctx.clock.now(),
    tags: withTags({}, input.Tags, input.Name),
    serviceCount: 0,
  };
  const { id: namespaceId, creatorRequestId: requestId } = namespace;
  const submitted = submit(ctx, { action, target: { namespaceId }, requestId, failure });
  const made = [
    { key: namespaceKey(namespace, namespaceId), value: namespace },
    ...names.map(({ key }) => ({ key, value: { id: namespaceId } })),
  ];
  await ctx.store.commit({
    unchanged: [...names, ...unchanged],
    put: [submitted.put, ...(failure === undefined ? made : [])],
  });
  return submitted.output;
}
