import { requireGroup, requireStream } from "../lookup.ts";
import { logRemovalKey } from "../model.ts";
import type { LogsHandler } from "./handler.ts";

/** The stream is gone with the commit; controllers/removal deletes the events. */
export const DeleteLogStream: LogsHandler<"DeleteLogStream"> = async ({ logGroupName, logStreamName }, ctx) => {
  const group = await requireGroup(ctx, logGroupName);
  if (group.value.deletionProtectionEnabled) {
    const message = "The log stream cannot be deleted because deletion protection is enabled on its log group.";
    throw ctx.fault("ValidationException", message);
  }
  const stream = await requireStream(ctx, group, logStreamName);
  const removal = { groupId: group.value.id, streamId: stream.value.id };
  await ctx.store.commit({
    unchanged: [group, stream],
    remove: [stream.key],
    put: [{ key: logRemovalKey(removal), value: removal }],
  });
  return {};
};
