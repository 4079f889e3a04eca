/** The records of AWS Cloud Map, their keys, and the pure functions on them that other services use. */
export * from "./model/changes.ts";
export * from "./model/instance.ts";
export * from "./model/name.ts";
export * from "./model/namespace.ts";
export * from "./model/operation.ts";
export * from "./model/service.ts";
export * from "./model/world.ts";
