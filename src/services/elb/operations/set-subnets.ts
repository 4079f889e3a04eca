import { Fault } from "#kernel/fault.ts";
import { requireLoadBalancer } from "../request/find.ts";
import { type ElbHandler, unsupported } from "../request/handler.ts";
import { toLoadBalancer } from "../request/shapes.ts";
import { chosenSubnets } from "../request/subnets.ts";

/** Replaces the subnets; controllers/nodes makes and takes away the nodes. */
export const SetSubnets: ElbHandler<"SetSubnets"> = async (input, ctx) => {
  const found = requireLoadBalancer(ctx, input.LoadBalancerArn);
  if (input.IpAddressType !== undefined && input.IpAddressType !== "ipv4") {
    throw unsupported(`IP address type '${input.IpAddressType}' is not available: load balancers have 'ipv4'.`);
  }
  if (input.EnablePrefixForIpv6SourceNat === "on") throw unsupported("Load balancers have IPv4 addresses only.");
  // An address that the load balancer has already is its own.
  const kept = input.SubnetMappings?.map((mapping) => {
    const own = found.value.zones.find(({ subnetId }) => subnetId === mapping.SubnetId)?.privateIPv4Address;
    const { PrivateIPv4Address: address, ...rest } = mapping;
    return address !== undefined && address === own ? rest : mapping;
  });
  const chosen = await chosenSubnets(ctx, found.value, input.Subnets, kept);
  if (chosen.vpcId !== found.value.vpcId) {
    throw new Fault("InvalidSubnetException", "The subnets must be in the VPC of the load balancer");
  }
  const zones = chosen.zones.map((zone) => {
    const own = found.value.zones.find(({ subnetId }) => subnetId === zone.subnetId);
    const isKept = zone.privateIPv4Address === undefined && own?.privateIPv4Address !== undefined;
    return isKept ? own : zone;
  });
  const value = { ...found.value, zones };
  await ctx.store.commit({ unchanged: [found, ...chosen.unchanged], put: [{ key: found.key, value }] });
  return { AvailabilityZones: toLoadBalancer(value).AvailabilityZones!, IpAddressType: "ipv4" };
};
