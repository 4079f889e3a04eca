import type { Store } from "#kernel/store.ts";
import { cidrOf, containsAddress, parseAddress, subnets } from "#services/ec2/model.ts";
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
