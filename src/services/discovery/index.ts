import type { HostNamesSpec } from "#kernel/agent-protocol.ts";
import type { ServiceModule } from "#kernel/handler.ts";
import { authorization } from "./authorization.ts";
import { healthController } from "./controllers/health/controller.ts";
import { namespaceController } from "./controllers/namespace/controller.ts";
import { operationReaper } from "./controllers/operation/reaper.ts";
import { instances, names, namespaces, operations as operationRecords, services } from "./model.ts";
import { operations } from "./operations/index.ts";

export const discoveryCollections = [instances, names, namespaces, operationRecords, services];

/** AWS Cloud Map. `publishNames` is given the names of all VPCs whenever they change. */
export function createDiscovery(ports: { readonly publishNames: (spec: HostNamesSpec) => void }): ServiceModule {
  return {
    name: "servicediscovery",
    operations,
    controllers: [namespaceController(ports.publishNames), healthController, operationReaper],
    authorization,
    collections: discoveryCollections,
  };
}
