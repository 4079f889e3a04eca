export { type Control, type ControlOptions, startControl } from "./control.ts";
export { campaign, type LeaderRecord, type Leadership, type LeadershipOptions } from "./lease.ts";
export type { RunnerMetrics } from "./runner.ts";
