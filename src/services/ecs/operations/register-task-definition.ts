import {
  familyKey,
  type TaskDefinitionRecord,
  taskDefinitionArn,
  taskDefinitionKey,
} from "../model/task-definition.ts";
import { newTags } from "../tags/tags.ts";
import { requiredAttributes } from "../task-definition/attributes.ts";
import { normalizeTaskDefinition } from "../task-definition/normalize.ts";
import { toTaskDefinition } from "../task-definition/output.ts";
import { roleArnsOf } from "../task-definition/roles.ts";
import { validateTaskDefinition } from "../task-definition/validate/index.ts";
import type { EcsHandler } from "./handler.ts";

/** Makes the family's next revision; the first makes the family. */
export const RegisterTaskDefinition: EcsHandler<"RegisterTaskDefinition"> = async (input, ctx) => {
  const compatibilities = validateTaskDefinition(input);
  const definition = normalizeTaskDefinition(input);
  const family = await ctx.store.get(familyKey(ctx, input.family));
  const revision = (family.value?.latestRevision ?? 0) + 1;
  const record: TaskDefinitionRecord = {
    ...definition,
    ...roleArnsOf(ctx, definition),
    account: ctx.account,
    region: ctx.region,
    taskDefinitionArn: taskDefinitionArn(ctx, input.family, revision),
    revision,
    status: "ACTIVE",
    requiresAttributes: requiredAttributes(definition),
    compatibilities,
    registeredAt: ctx.clock.now(),
    registeredBy: ctx.caller.arn,
    tags: newTags(input.tags),
  };
  const { account, region } = ctx;
  await ctx.store.commit({
    unchanged: [family],
    put: [
      { key: family.key, value: { account, region, family: input.family, latestRevision: revision } },
      { key: taskDefinitionKey(ctx, input.family, revision), value: record },
    ],
  });
  return { taskDefinition: toTaskDefinition(record), ...(record.tags.length > 0 && { tags: record.tags }) };
};
