import { formatArn, parseArn } from "#kernel/arn.ts";
import type { TakenRole } from "#kernel/role-actor.ts";
import type { DeliveryRecord } from "../model.ts";

/** The role of a target, as the service that delivers to it takes it on. */
export function takenRole({ originArn, eventId }: DeliveryRecord, roleArn: string): TakenRole {
  const origin = parseArn(originArn);
  if (origin?.service !== "scheduler") {
    return { roleArn, principal: "events.amazonaws.com", sourceArn: originArn, sessionName: eventId };
  }
  // For a schedule it is its group ("Confused deputy prevention in EventBridge Scheduler").
  const [, group] = origin.resource.split("/");
  const sourceArn = formatArn({ ...origin, resource: `schedule-group/${group}` });
  return { roleArn, principal: "scheduler.amazonaws.com", sourceArn, sessionName: eventId };
}
