import type { EventSource } from "#kernel/event-source.ts";
import { containerInstanceStateChanges } from "./container-instance-state-change.ts";
import { deploymentStateChanges } from "./deployment-state-change.ts";
import { capacityProviderActions, registryActions, serviceActions, taskSetActions } from "./service-action.ts";
import { taskStateChanges } from "./task-state-change.ts";

/** What Amazon ECS tells EventBridge. */
export const ecsEventSources: readonly EventSource[] = [
  taskStateChanges,
  serviceActions,
  taskSetActions,
  registryActions,
  deploymentStateChanges,
  containerInstanceStateChanges,
  capacityProviderActions,
];
