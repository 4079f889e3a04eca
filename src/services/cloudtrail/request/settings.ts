import type { RequestContext } from "#kernel/handler.ts";
import { logGroupKey, logGroups } from "#services/logs/model.ts";
import { type LogsRefusal, streamOf } from "../delivery.ts";
import { type TrailRecord, trailArn } from "../model.ts";
import { logGroupOf } from "./log-group.ts";

/** What both CreateTrail and UpdateTrail can be given. */
export interface TrailSettings {
  readonly S3BucketName?: string;
  readonly S3KeyPrefix?: string;
  readonly SnsTopicName?: string;
  readonly EnableLogFileValidation?: boolean;
  readonly KmsKeyId?: string;
  readonly IsOrganizationTrail?: boolean;
  readonly RecursiveLogging?: boolean;
}

/** Settings of what is not there: log files in S3, and what tells of them; trails of organizations. */
export function refuseUnsupported(ctx: RequestContext, input: TrailSettings): void {
  const asked: readonly (readonly [unknown, string])[] = [
    [input.SnsTopicName, "SnsTopicName: there are no topics of SNS to tell of log files"],
    [input.EnableLogFileValidation, "EnableLogFileValidation: there are no log files in S3 to be validated"],
    [input.KmsKeyId, "KmsKeyId: there are no log files in S3 to be encrypted"],
    [input.IsOrganizationTrail, "IsOrganizationTrail: each account has its own trails"],
    [input.RecursiveLogging, "RecursiveLogging: there are no log files in S3"],
  ];
  const unsupported = asked.find(([value]) => value !== undefined && value !== false && value !== "");
  if (unsupported !== undefined) {
    throw ctx.fault("UnsupportedOperationException", `This platform does not support ${unsupported[1]}.`);
  }
}

/** S3's rules for the names of buckets, as CloudTrail words them. */
export function checkBucket(ctx: RequestContext, name: string): void {
  const isName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !/\.\.|\.-|-\./.test(name);
  if (!isName) throw ctx.fault("InvalidS3BucketNameException", `Bucket name ${name} is not valid.`);
}

/** Refuses a trail that could not deliver: the log group must be there, and the role be able to write to it. */
export function checkDelivery(ctx: RequestContext, trail: TrailRecord, refusal: LogsRefusal): void {
  const named = logGroupOf(trail.logGroupArn);
  const isThere =
    named?.account === ctx.account &&
    ctx.store.view(logGroups).get(logGroupKey(named, named.logGroupName)) !== undefined;
  if (!isThere) {
    throw ctx.fault(
      "InvalidCloudWatchLogsLogGroupArnException",
      "CloudTrail cannot validate the specified log group ARN.",
    );
  }
  const refused = refusal(trailArn(trail), trail.logsRoleArn, streamOf(trail));
  if (refused !== undefined) {
    const message = `Access denied. Verify in IAM that the role has adequate permissions. ${refused}`;
    throw ctx.fault("InvalidCloudWatchLogsRoleArnException", message);
  }
}
