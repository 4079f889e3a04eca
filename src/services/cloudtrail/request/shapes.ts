import type { CreateTrailResponse, EventSelector, Trail } from "#generated/cloudtrail/types.ts";
import { type EventSelectorRecord, type TrailRecord, trailArn } from "../model.ts";

/** As CreateTrail and UpdateTrail answer. */
export function toTrailSettings(trail: TrailRecord): CreateTrailResponse {
  return {
    Name: trail.name,
    S3BucketName: trail.s3BucketName,
    ...(trail.s3KeyPrefix !== undefined && { S3KeyPrefix: trail.s3KeyPrefix }),
    IncludeGlobalServiceEvents: trail.includeGlobalServiceEvents,
    IsMultiRegionTrail: trail.isMultiRegionTrail,
    TrailARN: trailArn(trail),
    LogFileValidationEnabled: false,
    CloudWatchLogsLogGroupArn: trail.logGroupArn,
    CloudWatchLogsRoleArn: trail.logsRoleArn,
    IsOrganizationTrail: false,
  };
}

/** As DescribeTrails and GetTrail answer. */
export function toTrail(trail: TrailRecord): Trail {
  return {
    ...toTrailSettings(trail),
    HomeRegion: trail.region,
    HasCustomEventSelectors: trail.selectors.given ?? false,
    HasInsightSelectors: false,
  };
}

export function toSelector(selector: EventSelectorRecord): EventSelector {
  return {
    ReadWriteType: selector.readWriteType,
    IncludeManagementEvents: selector.includeManagementEvents,
    DataResources: [],
    ExcludeManagementEventSources: selector.excludedSources,
  };
}
