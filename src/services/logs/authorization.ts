import type { Operations } from "#generated/logs/types.ts";
import { parseArn } from "#kernel/arn.ts";
import {
  type AuthorizationScope,
  type AuthorizationTable,
  type OperationAuthorization,
  type Requirement,
  type ServiceAuthorization,
  tagsOf,
} from "#kernel/authorization.ts";
import type { Tags } from "#kernel/tags.ts";
import { busEntry } from "./controllers/subscription/destination.ts";
import { queriedGroups } from "./insights/queried-groups.ts";
import { fromPointer } from "./insights/run/pointer.ts";
import type { LogQueries } from "./insights/run/queries.ts";
import { logGroupArn, logGroupKey, logGroups } from "./model.ts";

interface NamesGroup {
  readonly logGroupName?: string;
  readonly logGroupIdentifier?: string;
}

/** An operation on a group, named by its name, or by its ARN. */
const onGroup: OperationAuthorization<NamesGroup> = { resources: (input, scope) => [groupOf(input, scope)] };

/** An operation on a stream of a group. */
const onStream: OperationAuthorization<NamesGroup & { readonly logStreamName: string }> = {
  resources: (input, scope) => [`${groupOf(input, scope)}${input.logStreamName}`],
};

/** An operation on whatever has this ARN. */
const onArn: OperationAuthorization<{ readonly resourceArn: string }> = {
  resources: ({ resourceArn }) => [resourceArn],
};

/** "Actions, resources, and condition keys for Amazon CloudWatch Logs" (Service Authorization Reference). */
const operations: AuthorizationTable<Operations> = {
  CreateLogGroup: {
    ...onGroup,
    requestTags: ({ tags = {} }) => tags,
    also: (input, scope) =>
      Object.keys(input.tags ?? {}).length === 0
        ? []
        : [{ action: "logs:TagResource", resource: groupOf(input, scope), requestTags: input.tags ?? {} }],
  },
  CreateLogStream: onStream,
  DeleteLogGroup: onGroup,
  DeleteLogStream: onStream,
  DeleteMetricFilter: onGroup,
  DeleteQueryDefinition: {},
  DeleteResourcePolicy: {},
  DeleteRetentionPolicy: onGroup,
  DeleteSubscriptionFilter: onGroup,
  DescribeLogGroups: { resources: (_input, scope) => [groupOf({ logGroupName: "" }, scope)] },
  DescribeLogStreams: onGroup,
  DescribeMetricFilters: { resources: ({ logGroupName = "" }, scope) => [groupOf({ logGroupName }, scope)] },
  DescribeQueries: {},
  DescribeQueryDefinitions: {},
  DescribeResourcePolicies: {},
  DescribeSubscriptionFilters: onGroup,
  FilterLogEvents: onGroup,
  GetLogEvents: onStream,
  GetLogGroupFields: onGroup,
  GetLogRecord: { resources: ({ logRecordPointer }, scope) => [groupOfRecord(logRecordPointer, scope)] },
  // Of which groups a query is, only those know who have run it: see logsAuthorizationWith.
  GetQueryResults: { resources: (_input, scope) => [groupOf({ logGroupName: "*" }, scope)] },
  ListLogGroups: {},
  ListTagsForResource: onArn,
  ListTagsLogGroup: onGroup,
  PutLogEvents: onStream,
  PutLogGroupDeletionProtection: onGroup,
  PutMetricFilter: onGroup,
  PutQueryDefinition: {},
  PutResourcePolicy: {},
  PutRetentionPolicy: onGroup,
  PutSubscriptionFilter: { ...onGroup, also: ({ destinationArn }) => putsEvents(destinationArn) },
  StartLiveTail: { resources: ({ logGroupIdentifiers }, scope) => logGroupIdentifiers.map((id) => whole(id, scope)) },
  StartQuery: { resources: (input, scope) => queriedGroups(input).map((id) => whole(id, scope)) },
  StopQuery: {},
  TagLogGroup: { ...onGroup, requestTags: ({ tags }) => tags },
  TagResource: { ...onArn, requestTags: ({ tags }) => tags },
  TestMetricFilter: {},
  UntagLogGroup: { ...onGroup, tagKeys: ({ tags }) => tags },
  UntagResource: { ...onArn, tagKeys: ({ tagKeys }) => tagKeys },
};

export const logsAuthorization: ServiceAuthorization = { prefix: "logs", operations, resourceTags };

/** With the queries of Logs Insights, whose results are read by the rights on the log groups that they are of. */
export function logsAuthorizationWith(queries: Pick<LogQueries, "find">): ServiceAuthorization {
  const GetQueryResults: OperationAuthorization<{ readonly queryId: string }> = {
    resources: ({ queryId }, scope) => {
      const names = queries.find(scope.account, scope.region, queryId)?.query.logGroupNames ?? ["*"];
      return names.map((logGroupName) => groupOf({ logGroupName }, scope));
    },
  };
  return { ...logsAuthorization, operations: { ...operations, GetQueryResults } };
}

/** What a filter hands on to an event bus is put there by leave of whoever puts the filter. */
function putsEvents(destinationArn: string): readonly Requirement[] {
  if (parseArn(destinationArn)?.service !== "events") return [];
  const { source, detailType } = busEntry;
  const conditionKeys = { "events:source": [source], "events:detail-type": [detailType] };
  return [
    {
      action: "events:PutEvents",
      resource: destinationArn,
      conditionKeys: { ...conditionKeys, "events:eventBusInvocation": "false" },
    },
  ];
}

/** Without the `:*` at the end. */
function groupArn({ logGroupName, logGroupIdentifier }: NamesGroup, scope: AuthorizationScope): string {
  const name = logGroupName ?? logGroupIdentifier ?? "";
  if (name.startsWith("arn:")) return name.replace(/:\*$/, "");
  return logGroupArn({ account: scope.account, region: scope.region, logGroupName: name });
}

/**
 * As actions on groups name them, and refusals tell: a stream without a name, so that a policy says
 * `log-group:/app:*`. Only operations on tags take the group's own ARN.
 */
function groupOf(input: NamesGroup, scope: AuthorizationScope): string {
  return `${groupArn(input, scope)}:log-stream:`;
}

function whole(logGroupIdentifier: string, scope: AuthorizationScope): string {
  return groupOf({ logGroupIdentifier }, scope);
}

function groupOfRecord(pointer: string, scope: AuthorizationScope): string {
  const groupId = fromPointer(pointer)?.groupId ?? "";
  const group = scope.store.view(logGroups).by("id", groupId)[0]?.value;
  return group === undefined ? groupOf({ logGroupName: "*" }, scope) : `${logGroupArn(group)}:log-stream:`;
}

function resourceTags(text: string, { store }: AuthorizationScope): Tags | undefined {
  const arn = parseArn(text);
  const name = /^log-group:([^:]+)/.exec(arn?.resource ?? "")?.[1];
  if (arn === undefined || name === undefined) return undefined;
  const group = store.view(logGroups).get(logGroupKey({ account: arn.account, region: arn.region }, name))?.value;
  return group && tagsOf(Object.entries(group.tags).map(([key, value]) => ({ key, value })));
}
