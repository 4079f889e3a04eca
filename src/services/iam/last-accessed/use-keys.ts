import type { RequestContext } from "#kernel/handler.ts";
import { serviceUses } from "../model.ts";

/** The keys of what is remembered of a user's or role's uses, to be removed with it. */
export function useKeys({ store }: Pick<RequestContext, "store">, entityId: string): string[] {
  return store
    .view(serviceUses)
    .by("entity", entityId)
    .map(({ key }) => key);
}
