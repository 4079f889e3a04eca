import type { Operations } from "#generated/logs/types.ts";
import type { Handlers } from "#kernel/handler.ts";
import type { LogStorage } from "../segments/storage.ts";
import { CreateLogGroup } from "./create-log-group.ts";
import { CreateLogStream } from "./create-log-stream.ts";
import { DeleteLogGroup } from "./delete-log-group.ts";
import { DeleteLogStream } from "./delete-log-stream.ts";
import { DeleteResourcePolicy } from "./delete-resource-policy.ts";
import { DeleteRetentionPolicy } from "./delete-retention-policy.ts";
import { describeLogGroups } from "./describe-log-groups.ts";
import { describeLogStreams } from "./describe-log-streams.ts";
import { DescribeResourcePolicies } from "./describe-resource-policies.ts";
import { filterLogEvents } from "./filter-log-events.ts";
import { getLogEvents } from "./get-log-events.ts";
import { ListLogGroups } from "./list-log-groups.ts";
import { ListTagsForResource } from "./list-tags-for-resource.ts";
import { ListTagsLogGroup } from "./list-tags-log-group.ts";
import { putLogEvents } from "./put-log-events.ts";
import { PutLogGroupDeletionProtection } from "./put-log-group-deletion-protection.ts";
import { putResourcePolicy } from "./put-resource-policy.ts";
import { PutRetentionPolicy } from "./put-retention-policy.ts";
import { startLiveTail } from "./start-live-tail.ts";
import { TagLogGroup } from "./tag-log-group.ts";
import { TagResource } from "./tag-resource.ts";
import { UntagLogGroup } from "./untag-log-group.ts";
import { UntagResource } from "./untag-resource.ts";

/** Every operation of the service, one a line, in the order of their names. */
export function createOperations(storage: LogStorage, policyFault: (document: string) => string | undefined) {
  return {
    CreateLogGroup,
    CreateLogStream,
    DeleteLogGroup,
    DeleteLogStream,
    DeleteResourcePolicy,
    DeleteRetentionPolicy,
    DescribeLogGroups: describeLogGroups(storage),
    DescribeLogStreams: describeLogStreams(storage),
    DescribeResourcePolicies,
    FilterLogEvents: filterLogEvents(storage),
    GetLogEvents: getLogEvents(storage),
    ListLogGroups,
    ListTagsForResource,
    ListTagsLogGroup,
    PutLogEvents: putLogEvents(storage),
    PutLogGroupDeletionProtection,
    PutResourcePolicy: putResourcePolicy(policyFault),
    PutRetentionPolicy,
    StartLiveTail: startLiveTail(storage),
    TagLogGroup,
    TagResource,
    UntagLogGroup,
    UntagResource,
  } satisfies Handlers<Operations>;
}
