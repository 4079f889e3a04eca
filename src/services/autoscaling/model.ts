/** The records of Application Auto Scaling, their keys, and the pure functions on them that other services use. */
export * from "./model/activity.ts";
export * from "./model/policy.ts";
export * from "./model/scheduled-action.ts";
export * from "./model/target.ts";
