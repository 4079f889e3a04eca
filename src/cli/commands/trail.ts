import type { Event } from "#generated/cloudtrail/types.ts";
import { type Client, ServiceError } from "../client.ts";

/** A call that the audit trail (CloudTrail) has of a resource. `at` in milliseconds since the epoch. */
export interface Call {
  readonly at: number;
  readonly caller: string;
  readonly operation: string;
  readonly words: string;
}

export interface Calls {
  readonly calls: readonly Call[];
  readonly refused?: string;
}

const most = 5;

/**
 * The last few of these calls that were made on a resource, newest first; `refused` tells those who may not read the
 * trail (`cloudtrail:LookupEvents`) so.
 */
export async function callsOn(client: Client, arn: string, operations: readonly string[]): Promise<Calls> {
  try {
    const found = await Promise.all(operations.map((operation) => find(client, arn, operation)));
    const calls = found.flat().toSorted((one, other) => other.at - one.at);
    return { calls: calls.slice(0, most) };
  } catch (error) {
    if (error instanceof ServiceError && error.code.startsWith("AccessDenied")) {
      return { calls: [], refused: error.message };
    }
    throw error;
  }
}

/** So many pages of events, of fifty each, are looked through for each operation. */
const mostPages = 4;

/** By the operation: of a resource there are mostly calls that only describe it. */
async function find(client: Client, arn: string, operation: string): Promise<Call[]> {
  const LookupAttributes = [{ AttributeKey: "EventName", AttributeValue: operation } as const];
  const calls: Call[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < mostPages && calls.length < most; page++) {
    const answer = await client.cloudtrail("LookupEvents", { LookupAttributes, ...(NextToken && { NextToken }) });
    const own = (answer.Events ?? []).filter(({ Resources }) => Resources?.some((each) => each.ResourceName === arn));
    calls.push(...own.map(toCall));
    NextToken = answer.NextToken;
    if (NextToken === undefined) break;
  }
  return calls;
}

interface TrailEvent {
  readonly userIdentity?: { readonly arn?: string };
  readonly requestParameters?: Readonly<Record<string, unknown>> | null;
  readonly errorCode?: string;
}

function toCall({ EventName = "", EventTime = 0, Username, CloudTrailEvent = "{}" }: Event): Call {
  const { userIdentity, requestParameters, errorCode } = JSON.parse(CloudTrailEvent) as TrailEvent;
  const caller = userIdentity?.arn ?? Username ?? "somebody";
  const { cluster: _, service: __, serviceName: ___, ...parameters } = requestParameters ?? {};
  const shown = Object.entries(parameters).flatMap(([name, value]) =>
    typeof value === "object" ? [] : [`${name} ${value}`],
  );
  const failed = errorCode === undefined ? "" : `, which was refused (${errorCode})`;
  const words = `${caller} called ${EventName}${shown.length > 0 ? ` (${shown.join(", ")})` : ""}${failed}.`;
  return { at: EventTime * 1000, caller, operation: EventName, words };
}
