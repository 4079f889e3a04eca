import type { RequestContext } from "#kernel/handler.ts";
import { destinationFault } from "../controllers/subscription/destination.ts";
import { fromStorage, requireGroup } from "../lookup.ts";
import { subscriptionFilterKey, subscriptionFilters } from "../model.ts";
import { readFilterPattern, refuseForeignLogs } from "../request-filters.ts";
import type { LogStorage } from "../segments/storage.ts";
import type { LogsHandler } from "./handler.ts";

const mostFilters = 2;

/** From now on events are handed on; one that changes a filter goes on where it was. */
export function putSubscriptionFilter(storage: LogStorage): LogsHandler<"PutSubscriptionFilter"> {
  return async (input, ctx) => {
    const { logGroupName, filterName, filterPattern, destinationArn, distribution = "ByLogStream" } = input;
    refuseForeignLogs(ctx, input);
    readFilterPattern(ctx, filterPattern);
    const fault = destinationFault(destinationArn, ctx);
    if (fault !== undefined) throw refusal(ctx, fault);
    if (input.roleArn !== undefined)
      throw refusal(ctx, `roleArn is not supported for the destination ${destinationArn}`);
    if (distribution !== "ByLogStream") throw refusal(ctx, "distribution Random is for Amazon Kinesis data streams.");
    const group = await requireGroup(ctx, logGroupName);
    const before = await ctx.store.get(subscriptionFilterKey(group.value.id, filterName));
    const count = ctx.store.view(subscriptionFilters).count("group", group.value.id);
    if (before.value === undefined && count >= mostFilters) {
      throw ctx.fault("LimitExceededException", "Resource limit exceeded.");
    }
    const position = before.value?.position ?? (await fromStorage(storage.nextSequence(group.value.id)));
    const creationTime = before.value?.creationTime ?? ctx.clock.now();
    const value = {
      ...{ account: ctx.account, region: ctx.region, logGroupName, groupId: group.value.id, filterName },
      ...{ filterPattern, destinationArn, creationTime, position },
    };
    await ctx.store.commit({ unchanged: [group, before], put: [{ key: before.key, value }] });
    return {};
  };
}

function refusal(ctx: RequestContext, message: string): Error {
  return ctx.fault("InvalidParameterException", message);
}
