import { leafFields } from "../insights/run/fields.ts";
import { fromPointer } from "../insights/run/pointer.ts";
import { fromStorage } from "../lookup.ts";
import { logGroups, logStreams } from "../model.ts";
import type { LogStorage } from "../segments/storage.ts";
import type { LogsHandler } from "./handler.ts";

/** All fields of the event that a query's `@ptr` stands for. */
export function getLogRecord(storage: LogStorage): LogsHandler<"GetLogRecord"> {
  return async ({ logRecordPointer, unmask }, ctx) => {
    if (unmask === true) throw ctx.fault("InvalidParameterException", "unmask is not supported: no data is masked.");
    const pointer = fromPointer(logRecordPointer);
    if (pointer === undefined) {
      throw ctx.fault("InvalidParameterException", "The specified logRecordPointer is invalid.");
    }
    const { groupId, timestamp, sequence } = pointer;
    const group = ctx.store.view(logGroups).by("id", groupId)[0]?.value;
    const isOwn = group?.account === ctx.account && group.region === ctx.region;
    const streams = ctx.store.view(logStreams);
    const { events } = isOwn
      ? await fromStorage(
          storage.read(groupId, {
            streams: { has: (id) => streams.count("id", id) > 0 },
            ...{ startTime: timestamp, endTime: timestamp + 1, direction: "forward" },
            ...{ after: { timestamp, sequence: sequence - 1 }, limit: 1 },
            ...{ maxBytes: Number.POSITIVE_INFINITY, maxScannedBytes: Number.POSITIVE_INFINITY },
          }),
        )
      : { events: [] };
    const [event] = events;
    const stream = event && streams.by("id", event.streamId)[0]?.value;
    if (group === undefined || event?.sequence !== sequence || stream === undefined) {
      throw ctx.fault("ResourceNotFoundException", "The specified log record does not exist.");
    }
    const own = {
      "@ingestionTime": String(event.ingestionTime),
      "@log": `${group.account}:${group.logGroupName}`,
      "@logStream": stream.logStreamName,
      "@message": event.message,
      "@ptr": logRecordPointer,
      "@timestamp": String(event.timestamp),
    };
    return { logRecord: { ...Object.fromEntries(leafFields(event.message)), ...own } };
  };
}
