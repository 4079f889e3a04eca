import type { ServiceModule } from "#kernel/handler.ts";
import { authorization } from "./authorization.ts";
import { lifecycleController } from "./lifecycle/controller.ts";
import {
  blobLinks,
  manifests,
  pullThroughRules,
  pullTimes,
  registries,
  replications,
  repositories,
  scans,
  tags,
  templates,
} from "./model.ts";
import { createOperations } from "./operations/index.ts";
import { replicationController } from "./replication/controller.ts";
import type { EcrParts } from "./request/handler.ts";
import { scanController } from "./scan/controller.ts";

export { type CatalogParts, createCatalog, type EcrPorts } from "./catalog.ts";

export const ecrCollections = [
  ...[repositories, manifests, tags, blobLinks, pullTimes],
  ...[registries, pullThroughRules, templates, replications, scans],
];
export type EcrOptions = EcrParts;

/** Elastic Container Registry: the API side. The protocol of pushes and pulls is `registry/`, over `createCatalog`. */
export function createEcr(options: EcrOptions): ServiceModule {
  return {
    name: "ecr",
    operations: createOperations(options),
    controllers: [lifecycleController, replicationController(options), scanController(options)],
    authorization,
    collections: ecrCollections,
  };
}
