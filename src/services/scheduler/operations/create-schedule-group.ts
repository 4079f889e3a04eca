import { Fault } from "#kernel/fault.ts";
import { defaultGroupName, groupArn, groupKey, type ScheduleGroupRecord } from "../model.ts";
import { withTags } from "../request/group.ts";
import type { SchedulerHandler } from "../request/handler.ts";

export const CreateScheduleGroup: SchedulerHandler<"CreateScheduleGroup"> = async (input, ctx) => {
  const { Name: name, ClientToken } = input;
  const existing = await ctx.store.get(groupKey(ctx, name));
  if (existing.value !== undefined || name === defaultGroupName) {
    const isSame = ClientToken !== undefined && existing.value?.clientToken === ClientToken;
    if (isSame) return { ScheduleGroupArn: groupArn(ctx, name) };
    throw new Fault("ConflictException", `Schedule group ${name} already exists.`);
  }
  const now = ctx.clock.now();
  const value: ScheduleGroupRecord = {
    ...{ account: ctx.account, region: ctx.region, name, state: "ACTIVE", tags: withTags({}, input.Tags) },
    ...(ClientToken !== undefined && { clientToken: ClientToken }),
    ...{ creationDate: now, lastModificationDate: now },
  };
  await ctx.store.commit({ unchanged: [existing], put: [{ key: existing.key, value }] });
  return { ScheduleGroupArn: groupArn(ctx, name) };
};
