import { parseDaemonDefinition, requireDaemonDefinition } from "../daemons/lookup.ts";
import type { EcsHandler } from "./handler.ts";

/** Marks a revision for deletion: no new daemon may use it, and it goes when none does. */
export const DeleteDaemonTaskDefinition: EcsHandler<"DeleteDaemonTaskDefinition"> = async (input, ctx) => {
  if (parseDaemonDefinition(input.daemonTaskDefinition, ctx)?.revision === undefined) {
    throw ctx.fault("ClientException", "Revision is missing.");
  }
  const definition = requireDaemonDefinition(ctx, input.daemonTaskDefinition);
  if (definition.value.status !== "ACTIVE") {
    throw ctx.fault("ClientException", "The specified daemon task definition is not in ACTIVE status.");
  }
  const value = { ...definition.value, status: "DELETE_IN_PROGRESS", deleteRequestedAt: ctx.clock.now() } as const;
  await ctx.store.commit({ unchanged: [definition], put: [{ key: definition.key, value }] });
  return { daemonTaskDefinitionArn: value.daemonTaskDefinitionArn };
};
