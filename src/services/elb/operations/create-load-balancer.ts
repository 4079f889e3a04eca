import type { CreateLoadBalancerInput } from "#generated/elbv2/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { absent } from "#kernel/store.ts";
import { worldOf } from "#kernel/world.ts";
import { type LoadBalancerRecord, type LoadBalancerType, loadBalancerKey, loadBalancers } from "../model.ts";
import { type ElbHandler, unsupported } from "../request/handler.ts";
import { dnsNameOf, newId } from "../request/ids.ts";
import { limits } from "../request/limits.ts";
import { checkName } from "../request/names.ts";
import { toLoadBalancer } from "../request/shapes.ts";
import { chosenGroups, chosenSubnets } from "../request/subnets.ts";
import { withTags } from "../request/tags.ts";

/** Records a load balancer; controllers/nodes gives it its interfaces and the hosts their part. */
export const CreateLoadBalancer: ElbHandler<"CreateLoadBalancer"> = async (input, ctx) => {
  checkName("load balancer", input.Name);
  refuseUnknown(input);
  const type: LoadBalancerType = input.Type === "network" ? "network" : "application";
  const scheme = input.Scheme ?? "internet-facing";
  const tags = withTags({}, input.Tags);
  const chosen = await chosenSubnets(ctx, { type, scheme }, input.Subnets, input.SubnetMappings);
  const groups = chosenGroups(ctx, { type }, chosen.vpcId, input.SecurityGroups);
  const key = loadBalancerKey(ctx, input.Name);
  const existing = await ctx.store.get(key);
  const { account, region } = ctx;
  const start = { account, region, name: input.Name, type, scheme, id: newId(ctx.random) };
  const record: LoadBalancerRecord = {
    ...start,
    dnsName: dnsNameOf(start),
    vpcId: chosen.vpcId,
    zones: chosen.zones,
    securityGroups: groups.map(({ value }) => value.groupId),
    state: "provisioning",
    createdTime: ctx.clock.now(),
    attributes: {},
    tags,
    listenerChanges: 0,
  };
  if (existing.value !== undefined) {
    if (isSame(existing.value, record)) return { LoadBalancers: [toLoadBalancer(existing.value)] };
    const message = `A load balancer with the same name '${input.Name}' exists, but with different settings`;
    throw new Fault("DuplicateLoadBalancerNameException", message);
  }
  checkQuota(ctx, type);
  await ctx.store.commit({ unchanged: [absent(key), ...chosen.unchanged, ...groups], put: [{ key, value: record }] });
  return { LoadBalancers: [toLoadBalancer(record)] };
};

function refuseUnknown(input: CreateLoadBalancerInput): void {
  if (input.Type === "gateway") {
    throw unsupported("Gateway Load Balancers are not available: use type 'application' or 'network'.");
  }
  if (input.IpAddressType !== undefined && input.IpAddressType !== "ipv4") {
    throw unsupported(`IP address type '${input.IpAddressType}' is not available: load balancers have 'ipv4'.`);
  }
  if (input.CustomerOwnedIpv4Pool !== undefined) throw unsupported("There are no Outposts and no pools of theirs.");
  if (input.IpamPools !== undefined) throw unsupported("There is no IPAM: leave IpamPools out.");
  if (input.EnablePrefixForIpv6SourceNat === "on") throw unsupported("Load balancers have IPv4 addresses only.");
}

function isSame(a: LoadBalancerRecord, b: LoadBalancerRecord): boolean {
  const settings = ({ type, scheme, zones, securityGroups, tags }: LoadBalancerRecord) =>
    JSON.stringify([type, scheme, zones, securityGroups.toSorted(), Object.entries(tags).toSorted()]);
  return settings(a) === settings(b);
}

function checkQuota(ctx: RequestContext, type: LoadBalancerType): void {
  const most = limits[`${type}-load-balancers`];
  const all = ctx.store.view(loadBalancers).by("world", worldOf(ctx));
  if (all.filter(({ value }) => value.type === type).length < most) return;
  throw new Fault("TooManyLoadBalancersException", `The maximum number of ${type} load balancers is '${most}'`);
}
