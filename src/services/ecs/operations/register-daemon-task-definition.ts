import { resolveDaemonTaskDefinition } from "../daemons/task-definition.ts";
import {
  type DaemonTaskDefinitionRecord,
  daemonFamilyKey,
  daemonTaskDefinitionArn,
  daemonTaskDefinitionKey,
} from "../model/daemon-task-definition.ts";
import { newTags } from "../tags/tags.ts";
import { roleArnsOf } from "../task-definition/roles.ts";
import type { EcsHandler } from "./handler.ts";

/** Makes the family's next revision; the first makes the family. */
export const RegisterDaemonTaskDefinition: EcsHandler<"RegisterDaemonTaskDefinition"> = async (input, ctx) => {
  const definition = resolveDaemonTaskDefinition(input);
  const family = await ctx.store.get(daemonFamilyKey(ctx, input.family));
  const revision = (family.value?.latestRevision ?? 0) + 1;
  const record: DaemonTaskDefinitionRecord = {
    ...definition,
    ...roleArnsOf(ctx, definition),
    account: ctx.account,
    region: ctx.region,
    daemonTaskDefinitionArn: daemonTaskDefinitionArn(ctx, input.family, revision),
    family: input.family,
    revision,
    status: "ACTIVE",
    registeredAt: ctx.clock.now(),
    registeredBy: ctx.caller.arn,
    tags: newTags(input.tags),
  };
  await ctx.store.commit({
    unchanged: [family],
    put: [
      { key: family.key, value: { latestRevision: revision } },
      { key: daemonTaskDefinitionKey(ctx, input.family, revision), value: record },
    ],
  });
  return { daemonTaskDefinitionArn: record.daemonTaskDefinitionArn };
};
