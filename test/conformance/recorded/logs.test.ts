import assert from "node:assert/strict";
import { type Play, replay } from "./replay.ts";

const logGroupName = "/group";
const resourceArn = `arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}`;

/** The tags of the group, as both operations that list them tell. */
async function bothLists({ step }: Play, after: string): Promise<void> {
  await step(`list-tags-log-group-after-${after}`, "logs.ListTagsLogGroup", { logGroupName });
  await step(`list-tags-for-resource-after-${after}`, "logs.ListTagsForResource", { resourceArn });
}

replay("logs/test_logs_groups.snapshot.json", {
  test_create_log_group_with_tags: async ({ call, step }) => {
    await call("logs.CreateLogGroup", { logGroupName, tags: { env: "testing" } });
    await step("list-tags-after-create", "logs.ListTagsForResource", { resourceArn });
  },
  test_tag_log_group: async ({ call, step }) => {
    await call("logs.CreateLogGroup", { logGroupName });
    await call("logs.TagLogGroup", { logGroupName, tags: { tag_key_1: "tag_value_1" } });
    await step("list-tags-after-tag", "logs.ListTagsLogGroup", { logGroupName });
  },
  test_untag_log_group: async ({ call, step }) => {
    await call("logs.CreateLogGroup", { logGroupName });
    await call("logs.TagLogGroup", { logGroupName, tags: { tag_key_1: "tag_value_1", tag_key_2: "tag_value_2" } });
    await call("logs.UntagLogGroup", { logGroupName, tags: ["tag_key_1"] });
    await step("list-tags-after-untag", "logs.ListTagsLogGroup", { logGroupName });
  },
  test_tag_resource_api: async (play) => {
    const { call, step } = play;
    await call("logs.CreateLogGroup", { logGroupName, tags: { env: "testing1" } });
    await step("list-tags-after-create", "logs.ListTagsLogGroup", { logGroupName });
    await call("logs.TagResource", { resourceArn, tags: { test1: "val1", test2: "val2" } });
    await bothLists(play, "tag-resource");
    await call("logs.TagLogGroup", { logGroupName, tags: { test3: "val3" } });
    await bothLists(play, "tag-log-group");
    await call("logs.UntagLogGroup", { logGroupName, tags: ["env", "test1"] });
    await call("logs.UntagResource", { resourceArn, tagKeys: ["test3"] });
    await bothLists(play, "untag");
  },
  test_create_log_group_duplicate_error: async ({ call, step }) => {
    await call("logs.CreateLogGroup", { logGroupName });
    await step("error-duplicate-log-group", "logs.CreateLogGroup", { logGroupName });
  },
  test_create_log_group_invalid_name_length: ({ step }) =>
    step("error-invalid-name-length", "logs.CreateLogGroup", { logGroupName: "a".repeat(513) }),
  test_describe_log_groups_with_prefix: async ({ call, step }) => {
    for (const name of ["/test/1", "/test/2", "/test/3"]) await call("logs.CreateLogGroup", { logGroupName: name });
    await step("describe-log-groups-prefix", "logs.DescribeLogGroups", { logGroupNamePrefix: "/test/" });
  },
  test_describe_log_groups_prefix_and_pattern_error: ({ step }) =>
    step("error-prefix-and-pattern", "logs.DescribeLogGroups", { logGroupNamePrefix: "a", logGroupNamePattern: "b" }),
});

replay("logs/test_logs_streams.snapshot.json", {
  test_describe_log_streams_with_log_group_identifier: async ({ call, step }) => {
    await call("logs.CreateLogGroup", { logGroupName });
    await call("logs.CreateLogStream", { logGroupName, logStreamName: "s" });
    const byName = { logGroupIdentifier: logGroupName };
    await step("describe-streams-identifier-name", "logs.DescribeLogStreams", byName);
    await step("describe-streams-identifier-arn", "logs.DescribeLogStreams", { logGroupIdentifier: resourceArn });
    await step("error-both-name-and-identifier", "logs.DescribeLogStreams", { logGroupName, ...byName });
  },
  test_describe_log_streams_with_prefix: async ({ call, step }) => {
    await call("logs.CreateLogGroup", { logGroupName });
    for (const logStreamName of ["s-1", "s-2", "s-3"])
      await call("logs.CreateLogStream", { logGroupName, logStreamName });
    await step("describe-streams-with-prefix", "logs.DescribeLogStreams", { logGroupName, logStreamNamePrefix: "s-" });
  },
  test_log_stream_arn_format: async ({ call, step }) => {
    await call("logs.CreateLogGroup", { logGroupName });
    await call("logs.CreateLogStream", { logGroupName, logStreamName: "s" });
    await step("describe-log-streams-with-arn", "logs.DescribeLogStreams", { logGroupName });
  },
});

const route53 = (Resource: string) => ({
  Version: "2012-10-17",
  Statement: [
    {
      ...{ Sid: "Route53LogsToCloudWatchLogs", Effect: "Allow", Action: "logs:PutLogEvents", Resource },
      Principal: { Service: ["route53.amazonaws.com"] },
    },
  ],
});

interface PolicyAnswer {
  readonly resourcePolicy: { readonly policyDocument: string };
}

/** As the recordings have it: the document parsed, the time masked. */
function unfolded({ policyDocument, ...policy }: { readonly policyDocument: string }) {
  return { ...policy, policyDocument: JSON.parse(policyDocument), lastUpdatedTime: "last-updated-time" };
}

replay("logs/test_logs_resource_policies.snapshot.json", {
  test_put_resource_policy: async ({ call, is }) => {
    await call("logs.CreateLogGroup", { logGroupName });
    const policyDocument = JSON.stringify(route53(`${resourceArn}*`));
    const put = await call<PolicyAnswer>("logs.PutResourcePolicy", { policyName: "p", policyDocument });
    is("put-resource-policy", { resourcePolicy: unfolded(put.resourcePolicy) });
  },
  test_put_resource_policy_update: async ({ call, is }) => {
    const put = (document: object) =>
      call<PolicyAnswer>("logs.PutResourcePolicy", { policyName: "p", policyDocument: JSON.stringify(document) });
    await put(route53(resourceArn));
    const Statement = {
      Effect: "Allow",
      Principal: { Service: "route53.amazonaws.com" },
      Action: "logs:*",
      Resource: "*",
    };
    is("updated-policy", unfolded((await put({ Version: "2008-10-17", Statement: [Statement] })).resourcePolicy));
  },
  test_describe_resource_policies: async ({ call, is }) => {
    const [Statement] = route53("log_arn").Statement;
    const document = {
      Version: "2012-10-17",
      Statement: [{ ...Statement, Principal: { Service: "route53.amazonaws.com" } }],
    };
    for (const policyName of ["p-1", "p-2", "p-3"])
      await call("logs.PutResourcePolicy", { policyName, policyDocument: JSON.stringify(document) });
    type Listed = { resourcePolicies: { policyDocument: string }[]; nextToken?: string };
    const { resourcePolicies } = await call<Listed>("logs.DescribeResourcePolicies", {});
    is("describe-resource-policies", { resourcePolicies: resourcePolicies.map(unfolded) });
    const pages: Listed[] = [];
    for (let nextToken: string | undefined, page = 0; page === 0 || nextToken !== undefined; page++) {
      pages.push(await call<Listed>("logs.DescribeResourcePolicies", { limit: 1, ...(nextToken && { nextToken }) }));
      nextToken = pages.at(-1)!.nextToken;
    }
    assert.equal(pages.length, 3);
    is(
      "policies",
      pages.flatMap((page) => page.resourcePolicies.map(unfolded)),
    );
  },
  test_delete_resource_policy_not_found: ({ step }) =>
    step("error-policy-not-found", "logs.DeleteResourcePolicy", { policyName: "non-existent" }),
  test_put_resource_policy_limit_exceeded: async ({ call, step }) => {
    const policyDocument = JSON.stringify(route53(resourceArn));
    for (let i = 0; i < 10; i++) await call("logs.PutResourcePolicy", { policyName: `p-${i}`, policyDocument });
    // What is there may be changed.
    await call("logs.PutResourcePolicy", { policyName: "p-9", policyDocument });
    await step("error-limit-exceeded", "logs.PutResourcePolicy", { policyName: "p-10", policyDocument });
  },
});

const metricName = "metric";
const metricNamespace = "namespace";
const metricTransformations = [{ metricName, metricNamespace, metricValue: "1" }];
const metricFilter = (filterName: string, more: object = {}) => ({
  ...{ logGroupName, filterName, filterPattern: "pattern", metricTransformations, ...more },
});

replay("logs/test_logs_metric_filters.snapshot.json", {
  test_put_metric_filter_basic: async ({ call, step }) => {
    await call("logs.CreateLogGroup", { logGroupName });
    const transformation = { ...metricTransformations[0], defaultValue: 0 };
    const more = { filterPattern: " ", metricTransformations: [transformation] };
    await call("logs.PutMetricFilter", metricFilter("filter", more));
    await step("describe-metric-filters", "logs.DescribeMetricFilters", { filterNamePrefix: "filter" });
  },
  test_put_metric_filter_json_pattern: async ({ call, step }) => {
    await call("logs.CreateLogGroup", { logGroupName });
    const transformation = { ...metricTransformations[0], defaultValue: 0 };
    const more = { filterPattern: '{$.message = "test"}', metricTransformations: [transformation] };
    await call("logs.PutMetricFilter", metricFilter("filter", more));
    await step("describe-metric-filters-json", "logs.DescribeMetricFilters", { filterNamePrefix: "filter" });
  },
  test_describe_metric_filters_by_log_group: async ({ call, step }) => {
    await call("logs.CreateLogGroup", { logGroupName });
    await call("logs.PutMetricFilter", metricFilter("filter"));
    await step("describe-by-log-group", "logs.DescribeMetricFilters", { logGroupName });
  },
  test_describe_metric_filters_by_metric_name: async ({ call, step }) => {
    await call("logs.CreateLogGroup", { logGroupName });
    await call("logs.PutMetricFilter", metricFilter("filter"));
    await step("describe-by-metric-name", "logs.DescribeMetricFilters", { metricName, metricNamespace });
  },
});
