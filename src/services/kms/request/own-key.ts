import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { findKey, invalidKeyId, type KeyRecord, keyArn } from "../model.ts";

/** The key of an operation that takes the id or the ARN of a key of the caller's account, and no alias. */
export function ownKey(ctx: RequestContext, identifier: string): Entry<KeyRecord> {
  if (/^alias\/|:alias\//.test(identifier)) throw invalidKeyId(identifier);
  const key = findKey(ctx, identifier);
  if (key.value.account === ctx.account) return key;
  throw new Fault("NotFoundException", `Key '${keyArn(key.value)}' does not exist`);
}

/** The same, of an operation that changes the key: those that the platform made for its services are not changed. */
export function customerKey(ctx: RequestContext, identifier: string): Entry<KeyRecord> {
  const key = ownKey(ctx, identifier);
  if (key.value.keyManager === "CUSTOMER") return key;
  throw new Fault("AccessDeniedException", `${keyArn(key.value)} is an AWS managed key: it cannot be changed.`);
}

/** Writes a changed key. */
export async function replaceKey(ctx: RequestContext, key: Entry<KeyRecord>, value: KeyRecord): Promise<void> {
  await ctx.store.commit({ unchanged: [key], put: [{ key: key.key, value }] });
}
