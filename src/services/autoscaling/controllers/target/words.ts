/** What activities say, in AWS's words ("Scaling activities for Application Auto Scaling"). */
export const activityWords = {
  setting: (count: number) => `Setting desired count to ${count}.`,
  waiting: (count: number) => `Successfully set desired count to ${count}. Waiting for change to be fulfilled by ecs.`,
  fulfilled: (count: number) => `Successfully set desired count to ${count}. Change successfully fulfilled by ecs.`,
  overridden: (count: number, later: number) =>
    `Successfully set desired count to ${count}. Found it was later changed to ${later}.`,
  unfulfilled: (count: number) =>
    `Successfully set desired count to ${count}. Change was not fulfilled by ecs within the time for it.`,
  gone: (count: number) => `Failed to set desired count to ${count}. Reason: The service is no longer active.`,
  attempting: "Attempting to scale due to alarm triggered",
  alarm: (alarm: string, state: string, policy: string) =>
    `monitor alarm ${alarm} in state ${state} triggered policy ${policy}`,
  request: "a request waits for a task of the service",
  minimum: (capacity: number) => `minimum capacity was set to ${capacity}`,
  maximum: (capacity: number) => `maximum capacity was set to ${capacity}`,
  scheduled: (name: string) => `scheduled action name ${name} was triggered`,
  bounds: ({ minCapacity: min, maxCapacity: max }: Bounds) => `Setting ${boundsWords(min, max)}`,
  boundsSet: ({ minCapacity: min, maxCapacity: max }: Bounds) => `Successfully set ${boundsWords(min, max)}`,
  boundsFailed: (bounds: Bounds, min: number, max: number) =>
    `Failed to set ${boundsWords(bounds.minCapacity, bounds.maxCapacity)}. ` +
    `Reason: Maximum capacity cannot be less than minimum capacity (${max} is less than ${min}).`,
} as const;

interface Bounds {
  readonly minCapacity?: number;
  readonly maxCapacity?: number;
}

function boundsWords(min: number | undefined, max: number | undefined): string {
  const parts = [
    ...(min === undefined ? [] : [`min capacity to ${min}`]),
    ...(max === undefined ? [] : [`max capacity to ${max}`]),
  ];
  return parts.join(" and ");
}
