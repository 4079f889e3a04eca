import type { World } from "#kernel/world.ts";

/** `us-east-1a` with the id `use1-az1`. */
export interface Zone {
  readonly zoneName: string;
  readonly zoneId: string;
}

/** The three availability zones of a region. They are the same in every account. */
export function zonesOf(region: string): readonly Zone[] {
  const prefix = zoneIdPrefix(region);
  return ["a", "b", "c"].map((letter, i) => ({ zoneName: `${region}${letter}`, zoneId: `${prefix}-az${i + 1}` }));
}

/** The zone with this name or id. */
export function findZone(region: string, nameOrId: string): Zone | undefined {
  return zonesOf(region).find((zone) => zone.zoneName === nameOrId || zone.zoneId === nameOrId);
}

export function zoneIdOf(world: Pick<World, "region">, zoneName: string): string {
  return findZone(world.region, zoneName)?.zoneId ?? zoneName;
}

const directions: Readonly<Record<string, string>> = {
  northeast: "ne",
  northwest: "nw",
  southeast: "se",
  southwest: "sw",
};

/** AWS's own way of shortening: us-east-1 is use1, ap-southeast-2 is apse2, us-gov-west-1 is usgw1. */
function zoneIdPrefix(region: string): string {
  const [area = region, ...rest] = region.split("-");
  return area + rest.map((word) => directions[word] ?? (/^\d/.test(word) ? word : word.slice(0, 1))).join("");
}
