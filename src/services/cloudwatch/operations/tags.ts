import type { RequestContext } from "#kernel/handler.ts";
import type { Read } from "#kernel/store.ts";
import { toTags, withoutTags } from "#kernel/tags.ts";
import {
  type AlarmRecord,
  alarmKey,
  alarmNameOf,
  type DashboardRecord,
  dashboardKey,
  dashboardNameOf,
} from "../model.ts";
import { notFound } from "../request/absent.ts";
import { withTags } from "../request/alarm.ts";
import type { CloudWatchHandler } from "../request/handler.ts";

export const ListTagsForResource: CloudWatchHandler<"ListTagsForResource"> = async ({ ResourceARN: arn }, ctx) => {
  // As AWS: what is not there has no tags.
  const { value } = await find(ctx, arn);
  return { Tags: toTags(value?.tags ?? {}) };
};

export const TagResource: CloudWatchHandler<"TagResource"> = async ({ ResourceARN: arn, Tags: tags }, ctx) => {
  const entry = await require(ctx, arn);
  const value = { ...entry.value!, tags: withTags(ctx, entry.value!.tags, tags) };
  await ctx.store.commit({ unchanged: [entry], put: [{ key: entry.key, value }] });
  return {};
};

export const UntagResource: CloudWatchHandler<"UntagResource"> = async ({ ResourceARN: arn, TagKeys: keys }, ctx) => {
  const entry = await require(ctx, arn);
  const tags = withoutTags(entry.value!.tags, keys);
  await ctx.store.commit({ unchanged: [entry], put: [{ key: entry.key, value: { ...entry.value!, tags } }] });
  return {};
};

async function find(ctx: RequestContext, arn: string): Promise<Read<AlarmRecord | DashboardRecord>> {
  const dashboard = dashboardNameOf(ctx, arn);
  if (dashboard !== undefined) return await ctx.store.get(dashboardKey(ctx.account, dashboard));
  const alarm = arn.startsWith("arn:") ? alarmNameOf(ctx, arn) : undefined;
  if (alarm !== undefined) return await ctx.store.get(alarmKey(ctx, alarm));
  const message = `Only alarms and dashboards have tags here; ${arn} is the ARN of neither.`;
  throw ctx.fault("InvalidParameterValueException", message);
}

async function require(ctx: RequestContext, arn: string): Promise<Read<AlarmRecord | DashboardRecord>> {
  const read = await find(ctx, arn);
  if (read.value !== undefined) return read;
  throw notFound(ctx, dashboardNameOf(ctx, arn) === undefined ? "alarm" : "dashboard", arn);
}
