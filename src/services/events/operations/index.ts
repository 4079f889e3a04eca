import type { Operations } from "#generated/events/types.ts";
import type { Handlers } from "#kernel/handler.ts";
import type { EventsParts } from "../request/handler.ts";
import { CreateApiDestination } from "./create-api-destination.ts";
import { createConnection } from "./create-connection.ts";
import { CreateEventBus } from "./create-event-bus.ts";
import { DeauthorizeConnection } from "./deauthorize-connection.ts";
import { DeleteApiDestination } from "./delete-api-destination.ts";
import { DeleteConnection } from "./delete-connection.ts";
import { DeleteEventBus } from "./delete-event-bus.ts";
import { DeleteRule } from "./delete-rule.ts";
import { DescribeApiDestination } from "./describe-api-destination.ts";
import { DescribeConnection } from "./describe-connection.ts";
import { DescribeEventBus } from "./describe-event-bus.ts";
import { DescribeRule } from "./describe-rule.ts";
import { DisableRule } from "./disable-rule.ts";
import { EnableRule } from "./enable-rule.ts";
import { ListApiDestinations } from "./list-api-destinations.ts";
import { ListConnections } from "./list-connections.ts";
import { ListEventBuses } from "./list-event-buses.ts";
import { ListRuleNamesByTarget } from "./list-rule-names-by-target.ts";
import { ListRules } from "./list-rules.ts";
import { ListTagsForResource } from "./list-tags-for-resource.ts";
import { ListTargetsByRule } from "./list-targets-by-rule.ts";
import { PutEvents } from "./put-events.ts";
import { putPermission } from "./put-permission.ts";
import { PutRule } from "./put-rule.ts";
import { PutTargets } from "./put-targets.ts";
import { RemovePermission } from "./remove-permission.ts";
import { RemoveTargets } from "./remove-targets.ts";
import { TagResource } from "./tag-resource.ts";
import { TestEventPattern } from "./test-event-pattern.ts";
import { UntagResource } from "./untag-resource.ts";
import { UpdateApiDestination } from "./update-api-destination.ts";
import { updateConnection } from "./update-connection.ts";
import { UpdateEventBus } from "./update-event-bus.ts";

/** Every operation of the service, one a line, in the order of their names. */
export function createOperations(parts: EventsParts) {
  return {
    CreateApiDestination,
    CreateConnection: createConnection(parts),
    CreateEventBus,
    DeauthorizeConnection,
    DeleteApiDestination,
    DeleteConnection,
    DeleteEventBus,
    DeleteRule,
    DescribeApiDestination,
    DescribeConnection,
    DescribeEventBus,
    DescribeRule,
    DisableRule,
    EnableRule,
    ListApiDestinations,
    ListConnections,
    ListEventBuses,
    ListRuleNamesByTarget,
    ListRules,
    ListTagsForResource,
    ListTargetsByRule,
    PutEvents,
    PutPermission: putPermission(parts),
    PutRule,
    PutTargets,
    RemovePermission,
    RemoveTargets,
    TagResource,
    TestEventPattern,
    UntagResource,
    UpdateApiDestination,
    UpdateConnection: updateConnection(parts),
    UpdateEventBus,
  } satisfies Handlers<Operations>;
}
