import type { RequestContext } from "#kernel/handler.ts";

export interface PageRequest {
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** For `NextToken`; absent on the last page. */
  readonly nextToken: string | undefined;
}

/**
 * One page of items that are in the order of their ids. The token names the last item that was given, so that pages
 * stay right while items come and go.
 */
export function pageOf<T>(
  ctx: RequestContext,
  items: readonly T[],
  idOf: (item: T) => string,
  request: PageRequest,
): Page<T> {
  const after = request.NextToken === undefined ? undefined : positionOf(ctx, request.NextToken);
  const rest = after === undefined ? items : items.filter((item) => idOf(item) > after);
  const shown = rest.slice(0, request.MaxResults ?? maxPageLength);
  const last = shown.at(-1);
  const nextToken = last === undefined || shown.length === rest.length ? undefined : tokenFor(idOf(last));
  return { items: shown, nextToken };
}

/** How many items a page has at most. */
const maxPageLength = 1000;
const version = "1:";

function tokenFor(id: string): string {
  return Buffer.from(version + id).toString("base64url");
}

function positionOf(ctx: RequestContext, token: string): string {
  const text = Buffer.from(token, "base64url").toString();
  if (!text.startsWith(version) || tokenFor(text.slice(version.length)) !== token) {
    const message = `Value ( ${token} ) for parameter NextToken is invalid. The token is invalid.`;
    throw ctx.fault("InvalidParameterValue", message);
  }
  return text.slice(version.length);
}
