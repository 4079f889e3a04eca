import type { Operations } from "#generated/cloudtrail/types.ts";
import type { Handlers } from "#kernel/handler.ts";
import type { CloudTrailParts } from "../request/handler.ts";
import { AddTags } from "./add-tags.ts";
import { createTrail } from "./create-trail.ts";
import { DeleteTrail } from "./delete-trail.ts";
import { DescribeTrails } from "./describe-trails.ts";
import { GetEventSelectors } from "./get-event-selectors.ts";
import { GetTrail } from "./get-trail.ts";
import { getTrailStatus } from "./get-trail-status.ts";
import { ListTags } from "./list-tags.ts";
import { ListTrails } from "./list-trails.ts";
import { lookupEvents } from "./lookup-events.ts";
import { PutEventSelectors } from "./put-event-selectors.ts";
import { RemoveTags } from "./remove-tags.ts";
import { startLogging } from "./start-logging.ts";
import { stopLogging } from "./stop-logging.ts";
import { updateTrail } from "./update-trail.ts";

/** Every operation of the service, one a line, in the order of their names. */
export function createOperations(parts: CloudTrailParts) {
  return {
    AddTags,
    CreateTrail: createTrail(parts),
    DeleteTrail,
    DescribeTrails,
    GetEventSelectors,
    GetTrail,
    GetTrailStatus: getTrailStatus(parts),
    ListTags,
    ListTrails,
    LookupEvents: lookupEvents(parts.trail),
    PutEventSelectors,
    RemoveTags,
    StartLogging: startLogging(parts),
    StopLogging: stopLogging(parts),
    UpdateTrail: updateTrail(parts),
  } satisfies Handlers<Operations>;
}
