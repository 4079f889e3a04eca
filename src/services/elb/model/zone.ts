import type { Store } from "#kernel/store.ts";
import { cidrOf, containsAddress, parseAddress, subnets } from "#services/ec2/model.ts";
import type { LoadBalancerRecord } from "./load-balancer.ts";
import type { TargetRecord } from "./target.ts";
import type { TargetGroupRecord } from "./target-group.ts";

type Views = Pick<Store, "view">;

/** Gives the zones of a group's targets, as the store has them now; undefined: it is one of all zones. */
export function targetZones(store: Views, group: TargetGroupRecord): (target: TargetRecord) => string | undefined {
  const own = store.view(subnets).by("vpc", group.vpcId);
  const blocks = own.map(({ value }) => ({ cidr: cidrOf(value), zone: value.availabilityZone }));
  return (target) => {
    if (target.availabilityZone !== undefined) {
      return target.availabilityZone === "all" ? undefined : target.availabilityZone;
    }
    const address = group.targetType === "ip" ? parseAddress(target.id) : undefined;
    if (address === undefined) return undefined;
    return blocks.find(({ cidr }) => containsAddress(cidr, address))?.zone;
  };
}

/** Whether nodes send to the targets of all zones. */
export function isCrossZone({ type, attributes }: LoadBalancerRecord, group: TargetGroupRecord): boolean {
  const key = "load_balancing.cross_zone.enabled";
  const own = group.attributes[key] ?? "use_load_balancer_configuration";
  if (own !== "use_load_balancer_configuration") return own === "true";
  return (attributes[key] ?? (type === "application" ? "true" : "false")) === "true";
}

/** Tells whether the load balancer's node in a zone sends to a target of the group. `zoneOf`: see `targetZones`. */
export function sendsIn(
  loadBalancer: LoadBalancerRecord,
  group: TargetGroupRecord,
  zoneOf: (target: TargetRecord) => string | undefined,
): (zoneName: string, target: TargetRecord) => boolean {
  const isEnabled = (zone: string) => loadBalancer.zones.some(({ zoneName }) => zoneName === zone);
  const crosses = isCrossZone(loadBalancer, group);
  return (zoneName, target) => {
    const zone = zoneOf(target);
    if (zone === undefined) return true;
    return crosses ? isEnabled(zone) : zone === zoneName;
  };
}
