import type { PutEventsRequestEntry, PutEventsResultEntry } from "#generated/events/types.ts";
import { Fault } from "#kernel/fault.ts";
import { isDeeperThan } from "#kernel/json-depth.ts";
import { objectIn } from "#kernel/json-object.ts";
import { uuid } from "#kernel/random.ts";
import { busIfAny, busReference } from "../model.ts";
import { compactJson, Publication } from "../publish.ts";
import { entryBytes } from "../request/entry-size.ts";
import type { EventsHandler } from "../request/handler.ts";
import { refuse } from "../request/refusals.ts";

/** All entries of a request together, in bytes. */
const mostBytes = 1024 * 1024;

/** Of objects and lists in the detail: what AWS's parsers of JSON take, too. Patterns are matched by recursion. */
const mostNesting = 1000;

/** Takes events in: those that match rules are on disk, with what has to be delivered, when it answers. */
export const PutEvents: EventsHandler<"PutEvents"> = async ({ Entries, EndpointId }, ctx) => {
  refuse(EndpointId, "EndpointId", "there are no global endpoints.");
  if (Entries.reduce((bytes, entry) => bytes + entryBytes(entry), 0) > mostBytes) {
    throw new Fault("ValidationException", "Total size of the entries in the request is over the limit.");
  }
  const now = ctx.clock.now();
  const publication = new Publication({ store: ctx.store, now, random: ctx.random });
  const results = Entries.map((entry): PutEventsResultEntry => {
    const failure = failureOf(entry);
    if (failure !== undefined) return failure;
    const { name, ...world } = busReference(ctx, entry.EventBusName);
    const EventId = uuid(ctx.random);
    // AWS takes events for a bus that does not exist, too; they reach nobody.
    if (busIfAny(ctx.store, world, name) === undefined) return { EventId };
    publication.add(
      { ...world, name },
      {
        ...{ id: EventId, time: entry.Time ?? now, source: entry.Source!, detailType: entry.DetailType! },
        ...{ account: ctx.account, region: ctx.region, resources: entry.Resources ?? [] },
        detail: compactJson(entry.Detail!),
        ...(isTrace(entry.TraceHeader) && { traceHeader: entry.TraceHeader }),
      },
    );
    return { EventId };
  });
  if (publication.puts.length > 0) await ctx.store.commit({ put: publication.puts });
  return { FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length, Entries: results };
};

/** Of AWS X-Ray ("Tracing header"). EventBridge drops others, and takes the event all the same. */
function isTrace(text = ""): boolean {
  const [root, ...others] = text.split(";");
  return /^Root=1-[\da-f]{8}-[\da-f]{24}$/i.test(root!) && others.every((part) => /^[A-Za-z]+=[\w:.-]*$/.test(part));
}

/** What is wrong with an entry, in AWS's words; undefined: nothing. */
function failureOf(entry: PutEventsRequestEntry): PutEventsResultEntry | undefined {
  for (const name of ["Source", "DetailType", "Detail"] as const) {
    if (entry[name]) continue;
    const reason = `Parameter ${name} is not valid. Reason: ${name} is a required argument.`;
    return { ErrorCode: "InvalidArgument", ErrorMessage: reason };
  }
  if (/^aws\./.test(entry.Source!)) {
    const message = "Not authorized for the source.";
    return { ErrorCode: "NotAuthorizedForSourceException", ErrorMessage: message };
  }
  return objectIn(entry.Detail!) !== undefined && !isDeeperThan(mostNesting, entry.Detail!)
    ? undefined
    : { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
}
