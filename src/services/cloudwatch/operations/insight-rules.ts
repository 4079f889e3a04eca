import { emptyList, notFound, refused } from "../request/absent.ts";
import type { CloudWatchHandler } from "../request/handler.ts";

const instead =
  "Estiva has no Contributor Insights: CloudWatch Logs Insights counts contributors (stats count(*) by a field).";

export const PutInsightRule: CloudWatchHandler<"PutInsightRule"> = refused(instead);
export const PutManagedInsightRules: CloudWatchHandler<"PutManagedInsightRules"> = refused(instead);

export const DescribeInsightRules: CloudWatchHandler<"DescribeInsightRules"> = emptyList({ InsightRules: [] });
export const ListManagedInsightRules: CloudWatchHandler<"ListManagedInsightRules"> = emptyList({ ManagedRules: [] });

export const GetInsightRuleReport: CloudWatchHandler<"GetInsightRuleReport"> = async ({ RuleName: name }, ctx) => {
  throw notFound(ctx, "insight-rule", name);
};

/** Each rule that is named fails: there is none. */
const failing = async ({ RuleNames: names }: { readonly RuleNames: readonly string[] }) => ({
  Failures: names.map((name) => ({
    ...{ FailureResource: name, ExceptionType: "ResourceNotFoundException", FailureCode: "404" },
    FailureDescription: `Rule ${name} does not exist.`,
  })),
});
export const DeleteInsightRules: CloudWatchHandler<"DeleteInsightRules"> = failing;
export const DisableInsightRules: CloudWatchHandler<"DisableInsightRules"> = failing;
export const EnableInsightRules: CloudWatchHandler<"EnableInsightRules"> = failing;
