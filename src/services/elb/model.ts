/** The records of Elastic Load Balancing, their keys, and the pure functions on them that other services use. */
export * from "./model/authentication.ts";
export * from "./model/changes.ts";
export * from "./model/common.ts";
export * from "./model/health.ts";
export * from "./model/hold.ts";
export * from "./model/listener.ts";
export * from "./model/load-balancer.ts";
export * from "./model/node.ts";
export * from "./model/target.ts";
export * from "./model/target-group.ts";
export * from "./model/zone.ts";
