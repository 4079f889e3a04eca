import { parseArn } from "#kernel/arn.ts";

export interface NamedLogGroup {
  readonly account: string;
  readonly region: string;
  readonly logGroupName: string;
}

/** The log group that the ARN of CloudTrail's form (`...:log-group:NAME:*`) names; undefined: it is none. */
export function logGroupOf(text: string): NamedLogGroup | undefined {
  const arn = parseArn(text);
  const logGroupName = /^log-group:([^:*]+):\*$/.exec(arn?.resource ?? "")?.[1];
  if (arn?.service !== "logs" || logGroupName === undefined) return undefined;
  return { account: arn.account, region: arn.region, logGroupName };
}
