import type { Store } from "#kernel/store.ts";
import { cidrOf, containsAddress, parseAddress, subnets } from "#services/ec2/model.ts";
import type { TargetRecord } from "./target.ts";
import type { TargetGroupRecord } from "./target-group.ts";

type Views = Pick<Store, "view">;

/** The zone of a target; undefined: it is one of all zones. */
export function zoneOfTarget(store: Views, group: TargetGroupRecord, target: TargetRecord): string | undefined {
  if (target.availabilityZone !== undefined) {
    return target.availabilityZone === "all" ? undefined : target.availabilityZone;
  }
  const address = group.targetType === "ip" ? parseAddress(target.id) : undefined;
  if (address === undefined) return undefined;
  const subnet = store
    .view(subnets)
    .by("vpc", group.vpcId)
    .find(({ value }) => containsAddress(cidrOf(value), address));
  return subnet?.value.availabilityZone;
}
