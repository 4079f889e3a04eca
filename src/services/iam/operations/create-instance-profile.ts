import { Fault } from "#kernel/fault.ts";
import { absent } from "#kernel/store.ts";
import { type InstanceProfileRecord, iamArn, instanceProfileKey, uniqueId } from "../model.ts";
import { type IamHandler, now } from "../request/handler.ts";
import { requireRoom } from "../request/quotas.ts";
import { toInstanceProfile } from "../request/shapes.ts";
import { newTags, tagsMember } from "../request/tags.ts";

export const CreateInstanceProfile: IamHandler<"CreateInstanceProfile"> = async (input, ctx) => {
  const { InstanceProfileName: name, Path: path = "/" } = input;
  const key = instanceProfileKey(ctx.account, name);
  if ((await ctx.store.get(key)).value !== undefined) {
    throw new Fault("EntityAlreadyExistsException", `Instance Profile ${name} already exists.`);
  }
  const tags = newTags(input.Tags);
  requireRoom(ctx, "InstanceProfilesPerAccount");
  const profile: InstanceProfileRecord = {
    account: ctx.account,
    instanceProfileName: name,
    instanceProfileId: uniqueId(ctx.random, "AIPA"),
    path,
    arn: iamArn(ctx, "instance-profile", path, name),
    createdAt: now(ctx),
    tags,
  };
  await ctx.store.commit({ unchanged: [absent(key)], put: [{ key, value: profile }] });
  return { InstanceProfile: { ...toInstanceProfile(ctx.store, profile), ...tagsMember(tags) } };
};
