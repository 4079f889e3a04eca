import { type Random, seededRandom } from "#kernel/random.ts";
import { type ScalingWorld, scalingWorld, targetInput } from "../../support/scaling.ts";
import type { Curve } from "./curves.ts";

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** A change of the capacity that was decided, in minutes from the start. */
export interface Decision {
  readonly minute: number;
  readonly from: number;
  readonly to: number;
}

export interface Run {
  readonly target: number;
  readonly decisions: readonly Decision[];
  /** By the minute. */
  readonly capacity: readonly number[];
  readonly utilization: readonly number[];
}

const stepSeconds = 20;

/**
 * Plays a load against the real alarms and the real planner: the tasks share it, and none does more than it can. New
 * tasks take a while to start; those that are not wanted any more are gone at once.
 */
export async function play(seed: number, curveOf: (random: Random) => Curve, bounds: Bounds): Promise<Run> {
  const random = seededRandom(seed);
  const curve = curveOf(random);
  const target = 40 + Math.floor(random.float() * 41);
  const startSeconds = 10 + random.float() * 80;
  const world = await scalingWorld(bounds.min);
  await world.register(bounds.min, bounds.max);
  await track(world, target);
  const [decisions, capacity, utilization]: [Decision[], number[], number[]] = [[], [], []];
  let [running, wanted, readyAt] = [bounds.min, bounds.min, 0];
  const beganAt = world.clock.now();
  for (let seconds = 0; seconds < curve.minutes * 60; seconds += stepSeconds) {
    const minute = seconds / 60;
    const busy = Math.min(100, (100 * curve.load(minute)) / Math.max(1, running));
    const off = 1 + (curve.noise ?? 0) * (2 * random.float() - 1);
    if (curve.isMeasured?.(minute) ?? true) await world.value(Math.min(100, busy * off));
    await world.pass(stepSeconds);
    const desired = await world.desired();
    if (desired !== wanted) {
      decisions.push({ minute: (world.clock.now() - beganAt) / 60_000, from: wanted, to: desired });
      wanted = desired;
      readyAt = desired > running ? seconds + startSeconds : seconds;
    }
    if (running !== wanted && seconds >= readyAt) {
      running = wanted;
      await world.fulfil();
    }
    if (Number.isInteger(minute)) {
      capacity.push(wanted);
      utilization.push(busy);
    }
  }
  await world.stop();
  return { target, decisions, capacity, utilization };
}

async function track(world: ScalingWorld, TargetValue: number): Promise<void> {
  await world.scaling("PutScalingPolicy", {
    ...{ ...targetInput, PolicyName: "cpu", PolicyType: "TargetTrackingScaling" },
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue,
      PredefinedMetricSpecification: { PredefinedMetricType: "ECSServiceAverageCPUUtilization" },
    },
  });
  await world.settle();
}

/** How often capacity went the other way than before. */
export function turns(decisions: readonly Decision[]): number {
  const ways = decisions.map(({ from, to }) => Math.sign(to - from));
  return ways.filter((way, i) => i > 0 && way !== ways[i - 1]).length;
}
