import { hex } from "#kernel/random.ts";
import { requireGroup } from "../lookup.ts";
import { logStreamKey, newLogStream } from "../model.ts";
import type { LogsHandler } from "./handler.ts";

export const CreateLogStream: LogsHandler<"CreateLogStream"> = async ({ logGroupName, logStreamName }, ctx) => {
  const group = await requireGroup(ctx, logGroupName);
  const stream = await ctx.store.get(logStreamKey(group.value.id, logStreamName));
  if (stream.value !== undefined) {
    throw ctx.fault("ResourceAlreadyExistsException", "The specified log stream already exists");
  }
  const value = newLogStream(group.value.id, logStreamName, hex(ctx.random, 16), ctx.clock.now());
  await ctx.store.commit({ unchanged: [group, stream], put: [{ key: stream.key, value }] });
  return {};
};
