export * from "./model/group.ts";
export * from "./model/schedule.ts";
export * from "./model/world.ts";
