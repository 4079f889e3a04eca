import type { Clock } from "#kernel/clock.ts";

/** ECS_TASK_METADATA_RPS_LIMIT's default: 40 requests a second, 60 at once. */
const perSecond = 40;
const burst = 60;
/** How many askers are remembered; the one that was silent longest is forgotten first. */
const most = 10_000;

/** A token bucket for each key. Returns whether the request may pass. */
export function createRateLimit(clock: Clock): (key: string) => boolean {
  const buckets = new Map<string, { readonly tokens: number; readonly at: number }>();
  return (key) => {
    const now = clock.now();
    const bucket = buckets.get(key) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    const passes = tokens >= 1;
    buckets.delete(key);
    buckets.set(key, { tokens: passes ? tokens - 1 : tokens, at: now });
    if (buckets.size > most) buckets.delete(buckets.keys().next().value!);
    return passes;
  };
}
