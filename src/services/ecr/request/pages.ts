import { Fault } from "#kernel/fault.ts";
import { type Page, pageOf, positionIn } from "#kernel/pagination.ts";

const defaultLimit = 100;

/** The page that is asked for, in the order of `position`. */
export function listPage<T>(
  scope: string,
  { nextToken, maxResults }: { readonly nextToken?: string; readonly maxResults?: number },
  all: readonly T[],
  position: (item: T) => string,
): Page<T> {
  const after = nextToken === undefined ? "" : positionIn(nextToken, scope);
  if (after === undefined) {
    const words = "Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid token'";
    throw new Fault("InvalidParameterException", words);
  }
  const behind = all
    .filter((item) => position(item) > after)
    .sort((a, b) => (position(a) < position(b) ? -1 : position(a) > position(b) ? 1 : 0));
  return pageOf(behind, maxResults ?? defaultLimit, scope, position);
}
