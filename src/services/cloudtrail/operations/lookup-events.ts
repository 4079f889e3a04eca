import type { Event, LookupAttribute, LookupAttributeKey, Operations } from "#generated/cloudtrail/types.ts";
import type { AuditRecord, AuditResource } from "#kernel/audit.ts";
import type { Handler, RequestContext } from "#kernel/handler.ts";
import { pageOf, positionIn } from "#kernel/pagination.ts";
import type { FoundRecord, Trail } from "../trail.ts";

type LookupEvents = Operations["LookupEvents"];

const mostResults = 50;

/** The calls that were made in the account and region, newest first. */
export function lookupEvents(trail: Trail): Handler<LookupEvents["input"], LookupEvents["output"]> {
  return async (input, ctx) => {
    const { StartTime: startMs = 0, EndTime: endMs = ctx.clock.now(), LookupAttributes: attributes = [] } = input;
    if (attributes.length > 1) {
      throw ctx.fault("InvalidLookupAttributesException", "You can specify only one attribute in a lookup request.");
    }
    if (startMs > endMs) {
      throw ctx.fault("InvalidTimeRangeException", "The start time must be before the end time.");
    }
    const limit = input.MaxResults ?? mostResults;
    const scope = JSON.stringify(["LookupEvents", ctx.account, ctx.region, attributes, input.StartTime, input.EndTime]);
    // Insights are what CloudTrail finds unusual; nothing here looks for any.
    if (input.EventCategory !== undefined) return { Events: [] };
    const [attribute] = attributes;
    const found = await trail.find({
      ...{ startMs, endMs, limit },
      needle: attribute === undefined ? "" : needleOf(attribute),
      matches: (record) => isOf(record, ctx) && (attribute === undefined || hasAttribute(record, attribute)),
      ...before(input.NextToken, scope, ctx),
    });
    const { items, nextToken } = pageOf(found, limit, scope, ({ position }) => position);
    return { Events: items.map(toEvent), ...(nextToken !== undefined && { NextToken: nextToken }) };
  };
}

function before(token: string | undefined, scope: string, ctx: RequestContext): { readonly before?: string } {
  if (token === undefined) return {};
  const position = positionIn(token, scope);
  if (position === undefined || !/^\d+:\d+$/.test(position)) {
    throw ctx.fault("InvalidNextTokenException", "The NextToken is invalid, or of a request with other parameters.");
  }
  return { before: position };
}

function isOf(record: AuditRecord, { account, region }: RequestContext): boolean {
  return record.recipientAccountId === account && record.awsRegion === region;
}

/** As it is in the record's JSON. */
function needleOf({ AttributeKey: key, AttributeValue: value }: LookupAttribute): string {
  if (key === "ResourceType") return `"${value}"`;
  return key === "ReadOnly" ? `"readOnly":${value.toLowerCase()}` : JSON.stringify(value).slice(1, -1);
}

const attributeOf: Readonly<Record<LookupAttributeKey, (record: AuditRecord) => readonly (string | undefined)[]>> = {
  AccessKeyId: ({ userIdentity }) => [userIdentity.accessKeyId],
  EventId: ({ eventID }) => [eventID],
  EventName: ({ eventName }) => [eventName],
  EventSource: ({ eventSource }) => [eventSource],
  ReadOnly: ({ readOnly }) => [String(readOnly)],
  ResourceName: ({ resources = [] }) => resources.flatMap((resource) => [resource.ARN, nameOf(resource)]),
  ResourceType: ({ resources = [] }) => resources.map(({ type }) => type),
  Username: (record) => [userNameOf(record)],
};

function hasAttribute(record: AuditRecord, { AttributeKey: key, AttributeValue: value }: LookupAttribute): boolean {
  const wanted = key === "ReadOnly" ? value.toLowerCase() : value;
  return attributeOf[key](record).includes(wanted);
}

/** A user's name, a session's, or `root`. */
function userNameOf({ userIdentity: { type, userName, arn } }: AuditRecord): string | undefined {
  return type === "Root" ? "root" : (userName ?? arn?.split("/").at(-1));
}

function nameOf({ ARN }: AuditResource): string {
  return ARN.split(":").slice(5).join(":").split("/").at(-1)!;
}

function toEvent({ record, text }: FoundRecord): Event {
  const { accessKeyId } = record.userIdentity;
  const userName = userNameOf(record);
  return {
    EventId: record.eventID,
    EventName: record.eventName,
    ReadOnly: String(record.readOnly),
    ...(accessKeyId !== undefined && { AccessKeyId: accessKeyId }),
    EventTime: Date.parse(record.eventTime),
    EventSource: record.eventSource,
    ...(userName !== undefined && { Username: userName }),
    Resources: (record.resources ?? []).map(({ ARN, type }) => ({
      ResourceName: ARN,
      ...(type !== undefined && { ResourceType: type }),
    })),
    CloudTrailEvent: text,
  };
}
