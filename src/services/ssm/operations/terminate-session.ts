import type { SsmHandler, SsmParts } from "../request/handler.ts";

/** Ends a session of ECS Exec and the command in it. One that has ended stays so. */
export function terminateSession({ sessions }: SsmParts): SsmHandler<"TerminateSession"> {
  return async ({ SessionId }, ctx) => {
    sessions.end(ctx, SessionId);
    return { SessionId };
  };
}
