import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { checkNotPendingDeletion, type KeyRecord } from "../model.ts";
import { ownKey } from "./own-key.ts";

/** The key of an operation about rotation, which HMAC keys do not have. */
export function rotatingKey(ctx: RequestContext, identifier: string, find: typeof ownKey = ownKey): Entry<KeyRecord> {
  const key = find(ctx, identifier);
  if (key.value.keySpec !== "SYMMETRIC_DEFAULT") throw new Fault("UnsupportedOperationException", "");
  checkNotPendingDeletion(key.value);
  return key;
}
