import type { HealthStatusFilter } from "#generated/servicediscovery/types.ts";
import { healthOf, type InstanceRecord } from "../model.ts";

type Attributes = Readonly<Record<string, string>>;

export interface DiscoverFilters {
  readonly QueryParameters?: Attributes;
  readonly OptionalParameters?: Attributes;
  readonly HealthStatus?: HealthStatusFilter;
}

/** The instances that a request finds. Pure. */
export function discover(all: readonly InstanceRecord[], filters: DiscoverFilters): readonly InstanceRecord[] {
  const { QueryParameters = {}, OptionalParameters = {}, HealthStatus = "ALL" } = filters;
  const matching = all.filter((instance) => hasAll(instance, QueryParameters));
  const inHealth = withHealth(matching, HealthStatus);
  const preferred = inHealth.filter((instance) => hasAll(instance, OptionalParameters));
  return preferred.length > 0 ? preferred : inHealth;
}

function hasAll({ attributes }: InstanceRecord, wanted: Attributes): boolean {
  return Object.entries(wanted).every(([name, value]) => attributes[name] === value);
}

/** Without a health check the filter counts for nothing. */
function withHealth(all: readonly InstanceRecord[], filter: HealthStatusFilter): readonly InstanceRecord[] {
  if (filter === "ALL") return all;
  const status = filter === "UNHEALTHY" ? "UNHEALTHY" : "HEALTHY";
  const found = all.filter((instance) => [status, "UNKNOWN"].includes(healthOf(instance)));
  return filter === "HEALTHY_OR_ELSE_ALL" && found.length === 0 ? all : found;
}
