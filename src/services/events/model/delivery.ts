import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";

/**
 * Something that has to reach a target, written in the commit that made it due: the event that matched a rule, or the
 * time of a schedule. It is removed once it has been delivered, or given up. It carries all that it takes, so that it
 * goes out even when the rule or the schedule is gone.
 */
export interface DeliveryRecord extends World {
  /** The ARN of the rule or schedule that it comes from. */
  readonly originArn: string;
  /** Deliveries of one queue go out in the order that they were made in: the ARN of the rule with the target's id. */
  readonly queue: string;
  /** Which of the commit's deliveries of this queue it is. */
  readonly position: number;
  readonly address: TargetAddress;
  /** What the target is given: the event, or what the rule makes of it. */
  readonly input: string;
  /** Whether `input` was meant for this target, and is not the event as it came. */
  readonly isOwnInput: boolean;
  /** Milliseconds since the epoch; when the event happened. */
  readonly eventTime: number;
  readonly eventId: string;
  /** The buses that the event has come over, so that it goes round no circle. */
  readonly via: readonly string[];
  /** What the event came with for AWS X-Ray. */
  readonly traceHeader?: string;
  readonly retry: RetryLimits;
  readonly createdAt: number;
  /** How often it was tried in vain. */
  readonly attempts: number;
  /** With attempts: when to try again. */
  readonly nextAttemptAt?: number;
}

export interface RetryLimits {
  readonly MaximumRetryAttempts: number;
  readonly MaximumEventAgeInSeconds: number;
}

/** RetryPolicy when none is given: 24 hours, 185 times. */
export const defaultRetry: RetryLimits = { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 };

/** Where something is delivered to, and how. */
export type TargetAddress =
  | { readonly kind: "log-group"; readonly arn: string; readonly logStreamName: string }
  | { readonly kind: "event-bus"; readonly arn: string; readonly roleArn?: string; readonly entry?: BusEntry }
  | { readonly kind: "ecs-task"; readonly clusterArn: string; readonly roleArn: string; readonly request: object }
  | { readonly kind: "operation"; readonly service: string; readonly operation: string; readonly roleArn: string }
  | { readonly kind: "api-destination"; readonly arn: string; readonly roleArn: string; readonly http: HttpExtras }
  | { readonly kind: "http"; readonly url: string; readonly http: HttpExtras };

/** What a schedule puts on a bus. */
export interface BusEntry {
  readonly source: string;
  readonly detailType: string;
}

/** HttpParameters of a target. */
export interface HttpExtras {
  /** For the asterisks of the endpoint, in order. */
  readonly pathValues: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** Index `queue`: by the queue. */
export const deliveries: Collection<DeliveryRecord, "queue"> = {
  name: "events/delivery",
  indexes: { queue: ({ queue }) => queue },
};

export function deliveryKey({ account, region }: World, id: string): Key<DeliveryRecord> {
  return keyOf(deliveries, account, region, id);
}
