import type { SsmHandler } from "../request/handler.ts";

/**
 * For clients that have lost the connection: their session has ended with it, so there is none to go on with. Without a
 * token the plugin of the AWS CLI says that the session has timed out, and ends.
 */
export const ResumeSession: SsmHandler<"ResumeSession"> = async ({ SessionId }, ctx) => {
  if (SessionId.startsWith("ecs-execute-command-")) return { SessionId };
  throw ctx.fault("DoesNotExistException", `Session with id ${SessionId} does not exist.`);
};
