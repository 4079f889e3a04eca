import { parseArn } from "#kernel/arn.ts";
import type { TargetAddress } from "#services/events/model.ts";

/** Why a destination cannot be one here; undefined when it can. */
export function destinationFault(
  destinationArn: string,
  world: { readonly account: string; readonly region: string },
): string | undefined {
  if (/^https?:\/\//.test(destinationArn)) {
    const isUrl = URL.canParse(destinationArn) && new URL(destinationArn).username === "";
    return isUrl ? undefined : "The destinationArn is no URL without a user name.";
  }
  const arn = parseArn(destinationArn);
  if (arn === undefined) return "The destinationArn is neither an ARN nor an http:// or https:// URL.";
  if (arn.service !== "events" || !arn.resource.startsWith("event-bus/")) {
    const can = "Destinations are http:// and https:// URLs and event buses of Amazon EventBridge.";
    return `${destinationArn} cannot be a destination on this platform. ${can}`;
  }
  if (arn.account !== world.account || arn.region !== world.region) {
    return `The destination ${destinationArn} must be in the account and region of the log group.`;
  }
  return undefined;
}

/** What the events on a bus are. */
export const busEntry = { source: "aws.logs", detailType: "CloudWatch Logs Subscription Data" };

/** Where deliveries go. */
export function addressOf(destinationArn: string): TargetAddress {
  if (/^https?:\/\//.test(destinationArn)) {
    return { kind: "http", url: destinationArn, http: { pathValues: [], headers: {}, query: {} } };
  }
  return { kind: "event-bus", arn: destinationArn, entry: busEntry };
}
