import type { HostNamesSpec } from "#kernel/agent-protocol.ts";
import { createZones, type Zones } from "./zones.ts";

/** What the control plane said last of the names of the host's VPCs. */
export interface VpcNames {
  /** Replaces all that was said before. */
  apply(spec: HostNamesSpec): void;
  /** The private domains of a VPC. */
  zonesOf(vpcId: string): Zones | undefined;
}

export function createVpcNames(): VpcNames {
  let vpcs: ReadonlyMap<string, Zones> = new Map();
  return {
    apply(spec) {
      vpcs = new Map(spec.vpcs.map(({ vpcId, zones }) => [vpcId, createZones(zones)]));
    },
    zonesOf: (vpcId) => vpcs.get(vpcId),
  };
}
