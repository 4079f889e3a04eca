import { formatArn, parseArn } from "#kernel/arn.ts";
import type { PolicyRecord } from "../model.ts";
import { awsPolicies } from "./catalog.ts";

/** In the place of the account, in the ARNs of AWS's own policies. */
const awsAccount = "aws";

/** AWS's policy of this ARN, in whatever partition, if the platform has it. The record is the same each time. */
export function awsManagedPolicy(policyArn: string): PolicyRecord | undefined {
  if (!isAwsManaged(policyArn)) return undefined;
  return awsPolicies().get(policyArn.slice(policyArn.indexOf(":policy/") + ":policy".length));
}

export function isAwsManaged(policyArn: string): boolean {
  const arn = parseArn(policyArn);
  return arn?.service === "iam" && arn.account === awsAccount && arn.resource.startsWith("policy/");
}

/** The ARN of a policy of AWS, by its path and name: `/service-role/AmazonECSTaskExecutionRolePolicy`. */
export function awsPolicyArn(partition: string, pathAndName: string): string {
  return formatArn({ partition, service: "iam", region: "", account: awsAccount, resource: `policy${pathAndName}` });
}
