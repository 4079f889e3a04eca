export * from "./model/bus.ts";
export * from "./model/connection.ts";
export * from "./model/delivery.ts";
export * from "./model/rule.ts";
export * from "./model/world.ts";
export { type Bus, Publication, type PublishedEvent } from "./publish.ts";
export { type EcsTargetParameters, runTaskRequest } from "./targets/run-task.ts";
