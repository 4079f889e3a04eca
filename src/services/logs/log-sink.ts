import type { Clock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import type { LogSink, LogStreamName } from "#kernel/log-sink.ts";
import { hex, type Random } from "#kernel/random.ts";
import { rerun } from "#kernel/rerun.ts";
import type { Put, Store } from "#kernel/store.ts";
import { noLogGroup, noLogStream } from "./lookup.ts";
import { logGroupKey, logStreamKey, newLogGroup, newLogStream } from "./model.ts";
import type { LogStorage } from "./segments/storage.ts";

export interface LogSinkOptions {
  readonly store: Store;
  readonly storage: LogStorage;
  readonly clock: Clock;
  readonly random: Random;
}

/** Takes in the output of containers. Groups and streams that it makes are the same as those made by the API. */
export function createLogSink(options: LogSinkOptions): LogSink {
  const { storage, clock } = options;
  const store = options.store.as("logs.ingest");
  const locate = async (name: LogStreamName) => {
    const group = await store.get(logGroupKey(name, name.logGroupName));
    if (group.value === undefined) throw noLogGroup();
    const stream = await store.get(logStreamKey(group.value.id, name.logStreamName));
    if (stream.value === undefined) throw noLogStream();
    return { groupId: group.value.id, streamId: stream.value.id };
  };
  return {
    async append({ stream, sourceId, position, events }) {
      const { groupId, streamId } = await locate(stream);
      const batch = { streamId, ingestionTime: clock.now(), source: { sourceId, position }, events };
      try {
        await storage.append(groupId, batch);
      } catch (error) {
        if (error instanceof DriverError && error.reason === "NotFound") throw noLogGroup();
        throw error;
      }
    },
    async position(stream, sourceId) {
      const { groupId, streamId } = await locate(stream);
      return storage.position(groupId, streamId, sourceId);
    },
    ensureStream: (stream, { createGroup }) => rerun(() => ensureStream({ ...options, store }, stream, createGroup)),
  };
}

async function ensureStream(options: LogSinkOptions, name: LogStreamName, createGroup: boolean): Promise<void> {
  const { store, clock, random } = options;
  const group = await store.get(logGroupKey(name, name.logGroupName));
  if (group.value === undefined && !createGroup) throw noLogGroup();
  const put: Put[] = [];
  const value = group.value ?? newLogGroup(name, name.logGroupName, { id: hex(random, 16), now: clock.now() });
  if (group.value === undefined) put.push({ key: group.key, value });
  const stream = await store.get(logStreamKey(value.id, name.logStreamName));
  if (stream.value !== undefined) return;
  put.push({ key: stream.key, value: newLogStream(value.id, name.logStreamName, hex(random, 16), clock.now()) });
  await store.commit({ unchanged: [group, stream], put });
}
