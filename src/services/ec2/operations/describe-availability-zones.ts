import type { AvailabilityZone } from "#generated/ec2/types.ts";
import { type Zone, zonesOf } from "../model.ts";
import { type FilterTable, filterTest } from "../request/filters.ts";
import type { Ec2Handler } from "../request/handler.ts";

export const DescribeAvailabilityZones: Ec2Handler<"DescribeAvailabilityZones"> = async (input, ctx) => {
  const zones = zonesOf(ctx.region);
  const named = [...(input.ZoneNames ?? []), ...(input.ZoneIds ?? [])];
  const unknown = named.filter((name) => !zones.some((zone) => zone.zoneName === name || zone.zoneId === name));
  if (unknown.length > 0) {
    throw ctx.fault("InvalidParameterValue", `Invalid availability zone: [${unknown.join(", ")}]`);
  }
  const matches = filterTest(ctx, input.Filters, zoneFilters(ctx.region));
  const shown = zones
    .filter((zone) => named.length === 0 || named.includes(zone.zoneName) || named.includes(zone.zoneId))
    .filter((zone) => matches({ ...zone, tags: [] }));
  return { AvailabilityZones: shown.map((zone) => toAvailabilityZone(ctx.region, zone)) };
};

function toAvailabilityZone(region: string, zone: Zone): AvailabilityZone {
  return {
    ZoneName: zone.zoneName,
    ZoneId: zone.zoneId,
    RegionName: region,
    State: "available",
    OptInStatus: "opt-in-not-required",
    GroupName: groupOf(region),
    NetworkBorderGroup: region,
    ZoneType: "availability-zone",
    Messages: [],
  };
}

function groupOf(region: string): string {
  return `${region}-zg-1`;
}

function zoneFilters(region: string): FilterTable<Zone & { readonly tags: [] }> {
  return {
    "group-name": () => groupOf(region),
    "group-long-name": () => [],
    message: () => [],
    "opt-in-status": () => "opt-in-not-required",
    "parent-zone-id": () => [],
    "parent-zone-name": () => [],
    "region-name": () => region,
    state: () => "available",
    "zone-id": (zone) => zone.zoneId,
    "zone-name": (zone) => zone.zoneName,
    "zone-type": () => "availability-zone",
  };
}
