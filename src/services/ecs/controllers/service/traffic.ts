import type { DeploymentConfiguration } from "../../model/service.ts";

/**
 * The next weight of the new revision in percent, after `weight`: all at once, by steps, or a canary first ("Amazon ECS
 * deployment strategies").
 */
export function nextWeight(configuration: DeploymentConfiguration, weight: number): number {
  const { strategy, linearConfiguration, canaryConfiguration } = configuration;
  if (strategy === "LINEAR") {
    // Weights are tenths of a percent; sums of floating-point numbers are not quite.
    return Math.min(100, Math.round((weight + (linearConfiguration?.stepPercent ?? 10)) * 10) / 10);
  }
  if (strategy === "CANARY" && weight === 0) return canaryConfiguration?.canaryPercent ?? 5;
  return 100;
}

/** How long traffic stays at this weight before the next step, in milliseconds; at 100 percent there is none. */
export function stepBakeMs(configuration: DeploymentConfiguration, weight: number): number {
  if (weight === 0 || weight >= 100) return 0;
  const { strategy, linearConfiguration, canaryConfiguration } = configuration;
  if (strategy === "LINEAR") return (linearConfiguration?.stepBakeTimeInMinutes ?? 6) * 60_000;
  return (canaryConfiguration?.canaryBakeTimeInMinutes ?? 10) * 60_000;
}
