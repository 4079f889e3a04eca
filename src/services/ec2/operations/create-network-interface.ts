import type { CreateNetworkInterfaceRequest } from "#generated/ec2/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { worldOf } from "#kernel/world.ts";
import {
  addresses,
  addressKey,
  cidrOf,
  containsAddress,
  formatAddress,
  isReservedAddress,
  networkInterfaceKey,
  networkInterfaces,
  newInterface,
  parseAddress,
  publicAddresses,
  type Subnet,
} from "../model.ts";
import { acceptOnly, invalidValue } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { createRequest, madeBefore } from "../request/idempotency.ts";
import { findOpen, kinds } from "../request/kinds.ts";
import { checkQuota } from "../request/quotas.ts";
import { specifiedTags } from "../request/tags.ts";
import { interfaceGroups } from "../rules/groups.ts";
import { toNetworkInterface } from "../shapes/network-interface.ts";

const accepted = [
  "SubnetId",
  "Description",
  "Groups",
  "PrivateIpAddress",
  "PrivateIpAddresses",
  "InterfaceType",
  "TagSpecifications",
  "ClientToken",
] as const;

export const CreateNetworkInterface: Ec2Handler<"CreateNetworkInterface"> = async (input, ctx) => {
  acceptOnly(ctx, input, accepted);
  if (input.InterfaceType !== undefined && (input.InterfaceType as string) !== "interface") {
    throw invalidValue(ctx, input.InterfaceType, "interfaceType", "Only interface is supported.");
  }
  const token = input.ClientToken === undefined ? {} : { ClientToken: input.ClientToken };
  const create = createRequest(ctx, "CreateNetworkInterface", input);
  const before = await madeBefore(ctx, kinds.networkInterface, create);
  if (before !== undefined) return { NetworkInterface: toNetworkInterface(before, ctx), ...token };
  const subnet = await findOpen(ctx, kinds.subnet, input.SubnetId);
  checkQuota(ctx, "networkInterfaces", ctx.store.view(networkInterfaces).count("region", worldOf(ctx)) + 1);
  const wanted = wantedAddress(ctx, subnet, input);
  const made = newInterface({
    seed: create.seed,
    subnet,
    securityGroups: await interfaceGroups(ctx, subnet.value.vpcId, input.Groups),
    addresses: ctx.store.view(addresses),
    publicAddresses: ctx.store.view(publicAddresses),
    assignPublicIp: false,
    ...(wanted !== undefined && { privateIpAddress: wanted }),
    description: input.Description ?? "",
    interfaceType: "interface",
    requesterManaged: false,
    requesterId: ctx.account,
    tags: specifiedTags(ctx, input.TagSpecifications, "network-interface"),
  });
  if (made === undefined) throw noFreeAddress(ctx, input.SubnetId);
  const { requestDigest } = create;
  const value = { ...made.networkInterface, ...(requestDigest !== undefined && { requestDigest }) };
  const key = networkInterfaceKey(ctx, value.networkInterfaceId);
  await ctx.store.commit({
    unchanged: made.unchanged,
    put: [...made.put.filter((p) => p.key !== key), { key, value }],
  });
  return { NetworkInterface: toNetworkInterface(value, ctx), ...token };
};

export function noFreeAddress(ctx: RequestContext, subnetId: string) {
  const message = `The specified subnet '${subnetId}' does not have enough free addresses to satisfy the request.`;
  return ctx.fault("InsufficientFreeAddressesInSubnet", message);
}

/** The address that the request names, in either of two ways, once it is known to be free. */
function wantedAddress(
  ctx: RequestContext,
  subnet: Entry<Subnet>,
  input: CreateNetworkInterfaceRequest,
): string | undefined {
  const { PrivateIpAddress, PrivateIpAddresses = [] } = input;
  if (PrivateIpAddresses.length > 1) {
    throw ctx.fault("UnsupportedOperation", "Secondary private addresses are not supported.");
  }
  const named = PrivateIpAddresses[0]?.PrivateIpAddress;
  if (PrivateIpAddress !== undefined && named !== undefined && PrivateIpAddress !== named) {
    const message = "Only one primary private IP address can be specified.";
    throw ctx.fault("InvalidParameterCombination", message);
  }
  const text = PrivateIpAddress ?? named;
  return text === undefined ? undefined : freeAddress(ctx, subnet, text);
}

/** The address in canonical form; throws when it is not one of the subnet's that can be had. */
export function freeAddress(ctx: RequestContext, subnet: Entry<Subnet>, text: string): string {
  const address = parseAddress(text);
  const cidr = cidrOf(subnet.value);
  const invalid = (message: string) => ctx.fault("InvalidParameterValue", message);
  if (address === undefined) throw invalid(`Invalid value for parameter privateIpAddress: ${text}`);
  if (!containsAddress(cidr, address)) throw invalid("Address does not fall within the subnet's address range");
  if (isReservedAddress(cidr, address)) throw invalid("Address is in subnet's reserved address range");
  const canonical = formatAddress(address);
  if (ctx.store.view(addresses).get(addressKey(ctx, subnet.value.subnetId, canonical)) !== undefined) {
    throw ctx.fault("InvalidIPAddress.InUse", `Address ${canonical} is in use.`);
  }
  return canonical;
}
