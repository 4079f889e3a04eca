import type { Operations } from "#generated/logs/types.ts";
import type { Handlers } from "#kernel/handler.ts";
import type { LogQueries } from "../insights/run/queries.ts";
import type { LogStorage } from "../segments/storage.ts";
import { CreateLogGroup } from "./create-log-group.ts";
import { CreateLogStream } from "./create-log-stream.ts";
import { DeleteLogGroup } from "./delete-log-group.ts";
import { DeleteLogStream } from "./delete-log-stream.ts";
import { DeleteMetricFilter } from "./delete-metric-filter.ts";
import { DeleteQueryDefinition } from "./delete-query-definition.ts";
import { DeleteResourcePolicy } from "./delete-resource-policy.ts";
import { DeleteRetentionPolicy } from "./delete-retention-policy.ts";
import { DeleteSubscriptionFilter } from "./delete-subscription-filter.ts";
import { describeLogGroups } from "./describe-log-groups.ts";
import { describeLogStreams } from "./describe-log-streams.ts";
import { DescribeMetricFilters } from "./describe-metric-filters.ts";
import { describeQueries } from "./describe-queries.ts";
import { DescribeQueryDefinitions } from "./describe-query-definitions.ts";
import { DescribeResourcePolicies } from "./describe-resource-policies.ts";
import { DescribeSubscriptionFilters } from "./describe-subscription-filters.ts";
import { filterLogEvents } from "./filter-log-events.ts";
import { getLogEvents } from "./get-log-events.ts";
import { getLogGroupFields } from "./get-log-group-fields.ts";
import { getLogRecord } from "./get-log-record.ts";
import { getQueryResults } from "./get-query-results.ts";
import { ListLogGroups } from "./list-log-groups.ts";
import { ListTagsForResource } from "./list-tags-for-resource.ts";
import { ListTagsLogGroup } from "./list-tags-log-group.ts";
import { putLogEvents } from "./put-log-events.ts";
import { PutLogGroupDeletionProtection } from "./put-log-group-deletion-protection.ts";
import { PutMetricFilter } from "./put-metric-filter.ts";
import { PutQueryDefinition } from "./put-query-definition.ts";
import { putResourcePolicy } from "./put-resource-policy.ts";
import { PutRetentionPolicy } from "./put-retention-policy.ts";
import { putSubscriptionFilter } from "./put-subscription-filter.ts";
import { startLiveTail } from "./start-live-tail.ts";
import { startQuery } from "./start-query.ts";
import { stopQuery } from "./stop-query.ts";
import { TagLogGroup } from "./tag-log-group.ts";
import { TagResource } from "./tag-resource.ts";
import { TestMetricFilter } from "./test-metric-filter.ts";
import { UntagLogGroup } from "./untag-log-group.ts";
import { UntagResource } from "./untag-resource.ts";

export interface OperationParts {
  readonly storage: LogStorage;
  /** What is wrong with a text as a resource policy; undefined when nothing is. */
  readonly policyFault: (document: string) => string | undefined;
  readonly queries: LogQueries;
}

/** Every operation of the service, one a line, in the order of their names. */
export function createOperations({ storage, policyFault, queries }: OperationParts) {
  return {
    CreateLogGroup,
    CreateLogStream,
    DeleteLogGroup,
    DeleteLogStream,
    DeleteMetricFilter,
    DeleteQueryDefinition,
    DeleteResourcePolicy,
    DeleteRetentionPolicy,
    DeleteSubscriptionFilter,
    DescribeLogGroups: describeLogGroups(storage),
    DescribeLogStreams: describeLogStreams(storage),
    DescribeMetricFilters,
    DescribeQueries: describeQueries(queries),
    DescribeQueryDefinitions,
    DescribeResourcePolicies,
    DescribeSubscriptionFilters,
    FilterLogEvents: filterLogEvents(storage),
    GetLogEvents: getLogEvents(storage),
    GetLogGroupFields: getLogGroupFields(storage),
    GetLogRecord: getLogRecord(storage),
    GetQueryResults: getQueryResults(queries),
    ListLogGroups,
    ListTagsForResource,
    ListTagsLogGroup,
    PutLogEvents: putLogEvents(storage),
    PutLogGroupDeletionProtection,
    PutMetricFilter,
    PutQueryDefinition,
    PutResourcePolicy: putResourcePolicy(policyFault),
    PutRetentionPolicy,
    PutSubscriptionFilter: putSubscriptionFilter(storage),
    StartLiveTail: startLiveTail(storage),
    StartQuery: startQuery(queries),
    StopQuery: stopQuery(queries),
    TagLogGroup,
    TagResource,
    TestMetricFilter,
    UntagLogGroup,
    UntagResource,
  } satisfies Handlers<Operations>;
}
