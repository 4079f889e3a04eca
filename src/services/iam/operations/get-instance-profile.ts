import { requireInstanceProfile } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { toInstanceProfile } from "../request/shapes.ts";
import { toTags } from "../request/tags.ts";

export const GetInstanceProfile: IamHandler<"GetInstanceProfile"> = async (input, ctx) => {
  const { value } = await requireInstanceProfile(ctx, input.InstanceProfileName);
  return { InstanceProfile: { ...toInstanceProfile(ctx.store, value), Tags: toTags(value.tags) } };
};
