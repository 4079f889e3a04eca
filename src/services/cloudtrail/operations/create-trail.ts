import { allEvents, type TrailRecord, trailKey } from "../model.ts";
import { checkName, trailsIn } from "../request/find.ts";
import type { CloudTrailHandler, CloudTrailParts } from "../request/handler.ts";
import { checkBucket, checkDelivery, refuseUnsupported } from "../request/settings.ts";
import { toTrailSettings } from "../request/shapes.ts";
import { withTags } from "../request/tags.ts";

const mostTrails = 5;

/** Makes a trail to a log group. It delivers nothing until StartLogging. */
export function createTrail({ refusal }: Pick<CloudTrailParts, "refusal">): CloudTrailHandler<"CreateTrail"> {
  return async (input, ctx) => {
    const { account, region } = ctx;
    const { Name: name, IncludeGlobalServiceEvents = true, IsMultiRegionTrail = false } = input;
    checkName(ctx, name);
    checkBucket(ctx, input.S3BucketName);
    refuseUnsupported(ctx, input);
    const { CloudWatchLogsLogGroupArn: logGroupArn, CloudWatchLogsRoleArn: logsRoleArn } = input;
    if (logGroupArn === undefined && logsRoleArn === undefined) {
      throw ctx.fault(
        "S3BucketDoesNotExistException",
        `S3 bucket ${input.S3BucketName} does not exist! This platform has no S3: give CloudWatchLogsLogGroupArn and ` +
          "CloudWatchLogsRoleArn, and the trail is delivered there.",
      );
    }
    if (logGroupArn === undefined || logsRoleArn === undefined) {
      const message = "You must specify both a log group ARN and a role ARN.";
      throw ctx.fault("InvalidParameterCombinationException", message);
    }
    if (IsMultiRegionTrail && !IncludeGlobalServiceEvents) {
      throw ctx.fault("InvalidParameterCombinationException", "Multi-Region trail must include global service events.");
    }
    const known = await ctx.store.get(trailKey(ctx, name));
    if (known.value !== undefined || trailsIn(ctx, true).some(({ value }) => value.name === name)) {
      throw ctx.fault("TrailAlreadyExistsException", `Trail ${name} already exists for customer: ${account}`);
    }
    if (trailsIn(ctx, false).length >= mostTrails) {
      const message = `User: ${account} already has ${mostTrails} trails in ${region}.`;
      throw ctx.fault("MaximumNumberOfTrailsExceededException", message);
    }
    const trail: TrailRecord = {
      ...{ account, region, name, logGroupArn, logsRoleArn },
      ...{ s3BucketName: input.S3BucketName, ...(input.S3KeyPrefix && { s3KeyPrefix: input.S3KeyPrefix }) },
      ...{ includeGlobalServiceEvents: IncludeGlobalServiceEvents, isMultiRegionTrail: IsMultiRegionTrail },
      ...{ selectors: allEvents, tags: withTags(ctx, {}, input.TagsList) },
    };
    checkDelivery(ctx, trail, refusal);
    await ctx.store.commit({ unchanged: [known], put: [{ key: known.key, value: trail }] });
    return toTrailSettings(trail);
  };
}
