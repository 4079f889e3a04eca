import type { InputTransformer, Target } from "#generated/events/types.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import type { Tags } from "#kernel/tags.ts";
import { type World, worldOf } from "#kernel/world.ts";
import { busPath, defaultBusName } from "./bus.ts";
import type { RetryLimits, TargetAddress } from "./delivery.ts";
import { eventsArn } from "./world.ts";

export interface RuleRecord extends World {
  readonly busName: string;
  readonly name: string;
  readonly eventPattern?: string;
  /** What `source` must be one of; absent where the pattern leaves it open. Follows from `eventPattern`. */
  readonly sources?: readonly string[];
  readonly scheduleExpression?: string;
  readonly state: "ENABLED" | "DISABLED" | "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";
  readonly description?: string;
  readonly roleArn?: string;
  readonly createdBy: string;
  readonly tags: Tags;
  readonly targets: readonly RuleTarget[];
  /** With a schedule. */
  readonly timing?: RuleTiming;
}

/** Milliseconds since the epoch. */
export interface RuleTiming {
  /** When the rule was enabled, or its expression changed: what rates count from. */
  readonly since: number;
  /** The last time of the schedule that events were sent for. */
  readonly firedAt?: number;
}

/** A target as PutTargets takes it; what an event becomes for it, and where that goes. */
export interface RuleTarget {
  readonly id: string;
  readonly arn: string;
  readonly input?: string;
  readonly inputPath?: string;
  readonly inputTransformer?: InputTransformer;
  /** What else was said of it, as it was said. */
  readonly given: Pick<Target, "RoleArn" | "EcsParameters" | "HttpParameters">;
  readonly address: TargetAddress;
  readonly retry: Partial<RetryLimits>;
}

/**
 * Indexes: `world`; `bus`: by `busPath`; `source`: enabled rules with a pattern, by bus and source (see `sourcePath`);
 * `target`: by bus and ARN of a target; `scheduled`: `yes`, over all accounts.
 */
export const rules: Collection<RuleRecord, "world" | "bus" | "source" | "target" | "scheduled"> = {
  name: "events/rule",
  indexes: {
    world: worldOf,
    bus: busPath,
    source: (rule) =>
      rule.state === "DISABLED" || rule.eventPattern === undefined
        ? undefined
        : (rule.sources ?? [undefined]).map((source) => sourcePath(busPath(rule), source)),
    target: (rule) => rule.targets.map(({ arn }) => `${busPath(rule)} ${arn}`),
    scheduled: (rule) => (rule.timing === undefined ? undefined : "yes"),
  },
};

/** Where rules for a source are found; without one, those that any source may match. */
export function sourcePath(bus: string, source: string | undefined): string {
  return source === undefined ? bus : `${bus} ${source}`;
}

export function ruleKey({ account, region }: World, busName: string, name: string): Key<RuleRecord> {
  return keyOf(rules, account, region, busName, name);
}

/** `rule/nightly`, and on other buses than the default one `rule/orders/nightly`. */
export function ruleArn(world: World, busName: string, name: string): string {
  return eventsArn(world, busName === defaultBusName ? `rule/${name}` : `rule/${busName}/${name}`);
}
