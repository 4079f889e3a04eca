import type { TrailRecord } from "../model.ts";
import { requireHomeTrail } from "../request/find.ts";
import type { CloudTrailHandler, CloudTrailParts } from "../request/handler.ts";
import { checkBucket, checkDelivery, refuseUnsupported } from "../request/settings.ts";
import { toTrailSettings } from "../request/shapes.ts";

/** What is not given stays as it is. */
export function updateTrail({ refusal }: Pick<CloudTrailParts, "refusal">): CloudTrailHandler<"UpdateTrail"> {
  return async (input, ctx) => {
    const trail = await requireHomeTrail(ctx, input.Name);
    refuseUnsupported(ctx, input);
    const old = trail.value;
    const { S3BucketName: s3BucketName = old.s3BucketName, S3KeyPrefix: prefix = old.s3KeyPrefix } = input;
    checkBucket(ctx, s3BucketName);
    const { s3KeyPrefix: _, ...rest } = old;
    const value: TrailRecord = {
      ...rest,
      s3BucketName,
      ...(prefix && { s3KeyPrefix: prefix }),
      includeGlobalServiceEvents: input.IncludeGlobalServiceEvents ?? old.includeGlobalServiceEvents,
      isMultiRegionTrail: input.IsMultiRegionTrail ?? old.isMultiRegionTrail,
      logGroupArn: input.CloudWatchLogsLogGroupArn ?? old.logGroupArn,
      logsRoleArn: input.CloudWatchLogsRoleArn ?? old.logsRoleArn,
    };
    if (value.isMultiRegionTrail && !value.includeGlobalServiceEvents) {
      throw ctx.fault("InvalidParameterCombinationException", "Multi-Region trail must include global service events.");
    }
    checkDelivery(ctx, value, refusal);
    await ctx.store.commit({ unchanged: [trail], put: [{ key: trail.key, value }] });
    return toTrailSettings(value);
  };
}
