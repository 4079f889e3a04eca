import { hex } from "#kernel/random.ts";
import { logGroupKey, newLogGroup } from "../model.ts";
import { checkGroupName, checkTags } from "../names.ts";
import type { LogsHandler } from "./handler.ts";

export const CreateLogGroup: LogsHandler<"CreateLogGroup"> = async (input, ctx) => {
  const { logGroupName, logGroupClass = "STANDARD", tags = {} } = input;
  checkGroupName(ctx, logGroupName);
  checkTags(ctx, tags);
  if (input.kmsKeyId !== undefined) {
    throw ctx.fault("InvalidParameterException", "kmsKeyId is not supported: there are no KMS keys yet.");
  }
  if (logGroupClass !== "STANDARD" && logGroupClass !== "INFREQUENT_ACCESS") {
    const message = `logGroupClass ${logGroupClass} is not supported: there is no delivery of logs to other services.`;
    throw ctx.fault("InvalidParameterException", message);
  }
  const group = await ctx.store.get(logGroupKey(ctx, logGroupName));
  if (group.value !== undefined) {
    throw ctx.fault("ResourceAlreadyExistsException", "The specified log group already exists");
  }
  const made = newLogGroup(ctx, logGroupName, { id: hex(ctx.random, 16), now: ctx.clock.now() });
  const deletionProtectionEnabled = input.deletionProtectionEnabled ?? false;
  const value = { ...made, logGroupClass, tags, deletionProtectionEnabled };
  await ctx.store.commit({ unchanged: [group], put: [{ key: group.key, value }] });
  return {};
};
