import type { Filter } from "#generated/ec2/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Page } from "#kernel/pagination.ts";
import { worldOf } from "#kernel/world.ts";
import type { Resource } from "../model.ts";
import { type FilterTable, filterTest } from "./filters.ts";
import { find, type Kind } from "./kinds.ts";
import { type PageRequest, pageOf } from "./pages.ts";

export interface DescribeRequest extends PageRequest {
  readonly ids: readonly string[] | undefined;
  /** The parameter of the ids on the wire, for messages: `vpcIds`. */
  readonly idsParameter: string;
  readonly filters: readonly Filter[] | undefined;
}

/** The records of a kind that the request names and its filters let pass, in the order of their ids. */
export async function describe<T extends Resource>(
  ctx: RequestContext,
  kind: Kind<T>,
  table: FilterTable<T>,
  request: DescribeRequest,
): Promise<Page<T>> {
  const { ids = [], idsParameter, filters, MaxResults } = request;
  if (ids.length > 0 && MaxResults !== undefined) {
    const message = `The parameter ${idsParameter} cannot be used with the parameter maxResults`;
    throw ctx.fault("InvalidParameterCombination", message);
  }
  const matches = filterTest(ctx, filters, table);
  const entries =
    ids.length > 0
      ? await Promise.all([...new Set(ids)].sort().map((id) => find(ctx, kind, id)))
      : ctx.store.view(kind.collection).by("region", worldOf(ctx));
  const records = entries.map((entry) => entry.value).filter(matches);
  return pageOf(ctx, records, kind.id, request);
}
