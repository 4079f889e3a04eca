import type { ClusterServiceConnectDefaultsRequest } from "#generated/ecs/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Commit } from "#kernel/store.ts";
import { namespaceArn, namespaceKey } from "#services/discovery/model.ts";
import type { ClusterRecord } from "../model/cluster.ts";
import { findNamespace, newNamespace } from "./namespace.ts";

type Defaults = Pick<ClusterRecord, "serviceConnectNamespace">;

/**
 * The namespace that services of a cluster are in when they do not say: an existing one, or a new one of this name. An
 * empty name takes the default away. What else a commit has to carry comes with it.
 */
export async function resolveDefaults(
  ctx: RequestContext,
  input: ClusterServiceConnectDefaultsRequest | undefined,
  before: Defaults = {},
): Promise<{ readonly defaults: Defaults; readonly writes: Required<Pick<Commit, "unchanged" | "put">> }> {
  const none = { unchanged: [], put: [] };
  if (input === undefined) return { defaults: before, writes: none };
  const { namespace: named } = input;
  if (named === "") return { defaults: {}, writes: none };
  const found = findNamespace(ctx.store, ctx, named);
  if (found !== undefined) return { defaults: { serviceConnectNamespace: namespaceArn(found) }, writes: none };
  if (named.startsWith("arn:")) {
    throw new Fault("NamespaceNotFoundException", `The namespace ${named} was not found.`);
  }
  if (named.length > 1024 || /[<>"/]/.test(named)) {
    const message =
      "The namespace name is not valid: up to 1024 characters without <, >, double quotation marks and /.";
    throw new Fault("InvalidParameterException", message);
  }
  const writes = await newNamespace(ctx, named);
  const made = writes.put.find(({ key }) => key.startsWith(namespaceKey(ctx, "")))!.value;
  return { defaults: { serviceConnectNamespace: namespaceArn(made as Parameters<typeof namespaceArn>[0]) }, writes };
}
