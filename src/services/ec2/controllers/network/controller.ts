import type { HostNetworkSpec, VpcSpec } from "#kernel/agent-protocol.ts";
import { type Controller, watch } from "#kernel/controller.ts";
import {
  internetGateways,
  natGateways,
  networkInterfaces,
  routeTables,
  securityGroups,
  subnets,
  vpcKey,
  vpcs,
  type World,
} from "../../model.ts";
import { isInUse, MadeInterfaces, networkSpec, vpcSpec } from "./plan.ts";

/** So many interfaces may be published again for each millisecond that passes. */
const interfacesPerMs = 20;

/**
 * Tells the hosts what their networks must be. The key is a VPC; all VPCs are published together, those that have not
 * changed as they were made before. A change goes out at once, unless there are so many interfaces and changes that
 * publishing would take the better part of the time: then changes wait for each other a few milliseconds.
 */
export function networkController(publish: (spec: HostNetworkSpec) => void): Controller {
  let specs: Map<string, VpcSpec> | undefined;
  const made = new MadeInterfaces();
  let nextAt = 0;
  return {
    name: "ec2.network",
    watches: [
      watch(vpcs, (entry) => [entry.key]),
      watch(subnets, (entry) => [vpcKeyOf(entry.value)]),
      watch(securityGroups, (entry) => [vpcKeyOf(entry.value)]),
      watch(networkInterfaces, (entry) => [vpcKeyOf(entry.value)]),
      watch(routeTables, (entry) => [vpcKeyOf(entry.value)]),
      watch(natGateways, (entry) => [vpcKeyOf(entry.value)]),
      watch(internetGateways, ({ value }) =>
        value.vpcId === undefined ? [] : [vpcKeyOf({ ...value, vpcId: value.vpcId })],
      ),
    ],
    async reconcile(key, ctx) {
      const vpc = ctx.store.view(vpcs).get(key);
      const vpcId = vpc?.value.vpcId;
      if (specs === undefined) {
        // A spec replaces the one before it, so the first one must already have all VPCs.
        specs = new Map(networkSpec(ctx.store, made).vpcs.map((spec) => [spec.vpcId, spec]));
      } else if (vpcId !== undefined && !specs.has(vpcId) && !isInUse(ctx.store, vpcId)) {
        return;
      } else {
        const now = ctx.clock.now();
        if (now < nextAt) return { lookAgainAt: nextAt };
        // A VPC that has been in use stays, so that its bridges need not be made anew for every task.
        if (vpc !== undefined) specs.set(vpc.value.vpcId, vpcSpec(ctx.store, vpc.value, made));
        else if (!specs.delete(vpcIdOf(key))) return;
        else made.forget(vpcIdOf(key));
      }
      const network = { vpcs: [...specs.values()] };
      publish(network);
      const interfaces = network.vpcs.reduce((sum, spec) => sum + spec.interfaces.length, 0);
      nextAt = ctx.clock.now() + Math.floor(interfaces / interfacesPerMs);
    },
  };
}

function vpcKeyOf(record: World & { readonly vpcId: string }): string {
  return vpcKey(record, record.vpcId);
}

function vpcIdOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}
