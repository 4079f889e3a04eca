import { requireGroup } from "../lookup.ts";
import type { LogsHandler } from "./handler.ts";

const allowedDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export const PutRetentionPolicy: LogsHandler<"PutRetentionPolicy"> = async ({ logGroupName, retentionInDays }, ctx) => {
  if (!allowedDays.includes(retentionInDays)) {
    const constraint = `Member must satisfy enum value set: [${allowedDays.join(", ")}]`;
    const failure = `Value '${retentionInDays}' at 'retentionInDays' failed to satisfy constraint: ${constraint}`;
    throw ctx.fault("InvalidParameterException", `1 validation error detected: ${failure}`);
  }
  const group = await requireGroup(ctx, logGroupName);
  await ctx.store.commit({ unchanged: [group], put: [{ key: group.key, value: { ...group.value, retentionInDays } }] });
  return {};
};
