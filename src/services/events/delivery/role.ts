import { parseArn } from "#kernel/arn.ts";
import type { TakenRole } from "#kernel/role-actor.ts";
import type { DeliveryRecord } from "../model.ts";

/** The role of a target, as the service that delivers to it takes it on. */
export function takenRole({ originArn, eventId }: DeliveryRecord, roleArn: string): TakenRole {
  const service = parseArn(originArn)?.service === "scheduler" ? "scheduler" : "events";
  return { roleArn, principal: `${service}.amazonaws.com`, sourceArn: originArn, sessionName: eventId };
}
