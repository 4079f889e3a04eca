/** The records of Amazon CloudWatch, their keys, and the pure functions on them that other services use. */
export * from "./model/alarm.ts";
export * from "./model/configuration.ts";
export * from "./model/dashboard.ts";
export * from "./model/history.ts";
