import { DriverError, Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { type LogGroupRecord, type LogStreamRecord, logGroupKey, logGroupNameIn, logStreamKey } from "./model.ts";

export function noLogGroup(): Fault {
  return new Fault("ResourceNotFoundException", "The specified log group does not exist.");
}

export function noLogStream(): Fault {
  return new Fault("ResourceNotFoundException", "The specified log stream does not exist.");
}

export async function requireGroup(ctx: RequestContext, logGroupName: string): Promise<Entry<LogGroupRecord>> {
  const group = await ctx.store.get(logGroupKey(ctx, logGroupName));
  if (group.value === undefined) throw noLogGroup();
  return group;
}

export async function requireStream(
  ctx: RequestContext,
  group: Entry<LogGroupRecord>,
  logStreamName: string,
): Promise<Entry<LogStreamRecord>> {
  const stream = await ctx.store.get(logStreamKey(group.value.id, logStreamName));
  if (stream.value === undefined) throw noLogStream();
  return stream;
}

/** The group that an operation names by `logGroupName` or by `logGroupIdentifier` (a name or an ARN). */
export async function requireNamedGroup(
  ctx: RequestContext,
  input: { readonly logGroupName?: string; readonly logGroupIdentifier?: string },
): Promise<Entry<LogGroupRecord>> {
  const { logGroupName, logGroupIdentifier } = input;
  if (logGroupName !== undefined && logGroupIdentifier !== undefined) {
    const message = "LogGroup name and LogGroup ARN are mutually exclusive parameters.";
    throw ctx.fault("ValidationException", message);
  }
  const identifier = logGroupName ?? logGroupIdentifier;
  if (identifier === undefined) {
    const message = "At least one of the parameters logGroupName and logGroupIdentifier must be specified.";
    throw ctx.fault("InvalidParameterException", message);
  }
  return requireIdentifiedGroup(ctx, identifier);
}

/** The name of a group that is named by its name or its ARN; undefined when it is no group of this world. */
export function groupNameOf(ctx: RequestContext, identifier: string): string | undefined {
  return identifier.startsWith("arn:") ? logGroupNameIn(identifier, ctx) : identifier;
}

/** A group by its name or its ARN. */
export async function requireIdentifiedGroup(ctx: RequestContext, identifier: string): Promise<Entry<LogGroupRecord>> {
  const name = groupNameOf(ctx, identifier);
  if (name === undefined) throw noLogGroup();
  return requireGroup(ctx, name);
}

/** What segment storage gives; its failures as faults that a caller can act on. */
export async function fromStorage<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    if (error.reason === "NotFound") throw noLogGroup();
    throw new Fault("ServiceUnavailableException", error.message, { status: 503 });
  }
}
