import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";

/** As whom EventBridge takes on roles. */
export const eventsPrincipal = "events.amazonaws.com";

/** Refuses a role that EventBridge may not take on, or that there is not. */
export function checkRole(ctx: RequestContext, roleArn: string, rule: string): void {
  if (ctx.canAssume(roleArn, eventsPrincipal, rule)) return;
  const message = `Provided role '${roleArn}' cannot be assumed by principal '${eventsPrincipal}'.`;
  throw new Fault("ValidationException", message);
}
