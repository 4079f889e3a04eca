import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { type AccessKeyRecord, accessKeyKey, type UserRecord } from "../model.ts";
import { noSuchEntity, userOrCaller } from "./find.ts";

/** Whose access keys are meant: a user's, or without one the root user's. */
export interface KeyOwner {
  readonly user?: Entry<UserRecord>;
  /** The member of answers that names the owner: the root user has no name. */
  readonly nameMember: { readonly UserName?: string };
}

export async function keyOwner(ctx: RequestContext, userName: string | undefined): Promise<KeyOwner> {
  if (userName === undefined && ctx.caller.type === "Root") return { nameMember: {} };
  const user = await userOrCaller(ctx, userName);
  return { user, nameMember: { UserName: user.value.userName } };
}

export async function requireKeyOf(
  ctx: RequestContext,
  owner: KeyOwner,
  accessKeyId: string,
): Promise<Entry<AccessKeyRecord>> {
  const key = await ctx.store.get(accessKeyKey(accessKeyId));
  const isOwners = key.value?.account === ctx.account && key.value.userId === owner.user?.value.userId;
  if (key.value === undefined || !isOwners) {
    throw noSuchEntity(`The Access Key with id ${accessKeyId} cannot be found.`);
  }
  return key;
}
